"""Reading what people upload: workbooks in a process of their own, and CSV."""
