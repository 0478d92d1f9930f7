"""How mass is traced: proportional mixing, where it ends, by element, and as a picture."""
