"""What a run did stays as it was once it is over; so does a replay."""

from django.db import migrations

FORWARD = """
create trigger reconciliation_over before update on traceability_reconciliation
    for each row when (old.state in ('finished', 'failed'))
    execute function kernel_refuse_change();
create trigger reconciliation_kept before delete on traceability_reconciliation
    for each row execute function kernel_refuse_change();
create trigger replay_append_only before update or delete on traceability_replay
    for each row execute function kernel_refuse_change();
"""
BACK = """
drop trigger replay_append_only on traceability_replay;
drop trigger reconciliation_kept on traceability_reconciliation;
drop trigger reconciliation_over on traceability_reconciliation;
"""


class Migration(migrations.Migration):
    dependencies = [("traceability", "0034_run_record")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
