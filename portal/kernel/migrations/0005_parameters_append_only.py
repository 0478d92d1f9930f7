"""A setting is changed by a new row, never by editing an old one."""

from django.db import migrations

FORWARD = """
create trigger parameter_append_only before update or delete on kernel_parameter
    for each row execute function kernel_refuse_change();
create trigger parameter_no_truncate before truncate on kernel_parameter
    for each statement execute function kernel_refuse_change();
"""
BACKWARD = """
drop trigger parameter_no_truncate on kernel_parameter;
drop trigger parameter_append_only on kernel_parameter;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_first_calendar")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
