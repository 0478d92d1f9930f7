"""What was said of a filing, and time that was given, stay as they were."""

from django.db import migrations

TABLES = ("filingremark", "deadlineextension")
FORWARD = "".join(
    f"""
create trigger {table}_append_only before update or delete on traceability_{table}
    for each row execute function kernel_refuse_change();
create trigger {table}_no_truncate before truncate on traceability_{table}
    for each statement execute function kernel_refuse_change();
"""
    for table in TABLES
)
BACK = "".join(
    f"""
drop trigger {table}_no_truncate on traceability_{table};
drop trigger {table}_append_only on traceability_{table};
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("traceability", "0025_supervision")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
