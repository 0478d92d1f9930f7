"""The audit trail can be added to and nothing else."""

from django.db import migrations

FORWARD = """
create function kernel_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are append-only', tg_table_name using errcode = 'RE001';
end $$;

create trigger audit_append_only before update or delete on kernel_auditevent
    for each row execute function kernel_refuse_change();
create trigger audit_no_truncate before truncate on kernel_auditevent
    for each statement execute function kernel_refuse_change();
"""
BACKWARD = """
drop trigger audit_no_truncate on kernel_auditevent;
drop trigger audit_append_only on kernel_auditevent;
drop function kernel_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
