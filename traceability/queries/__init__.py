"""What traceability reads from the database."""
