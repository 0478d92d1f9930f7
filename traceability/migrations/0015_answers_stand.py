"""What was said of a shipment is never changed or deleted."""

from django.db import migrations

TABLES = ("traceability_shipmentanswer", "traceability_shipmentremark")
FORWARD = "\n".join(
    f"create trigger said_stands before update or delete on {table}"
    " for each row execute function kernel_refuse_change();\n"
    f"create trigger said_no_truncate before truncate on {table}"
    " for each statement execute function kernel_refuse_change();"
    for table in TABLES
)
BACKWARD = "\n".join(
    f"drop trigger said_no_truncate on {table};\ndrop trigger said_stands on {table};"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0014_record_counterparty_days"),
        ("kernel", "0002_audit_append_only"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
