"""What traceability judges, without a database."""
