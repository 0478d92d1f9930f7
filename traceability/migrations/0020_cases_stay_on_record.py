"""What was said and done in a case stays as it was."""

from django.db import migrations

FORWARD = """
create trigger caseentry_append_only before update or delete on traceability_caseentry
    for each row execute function kernel_refuse_change();
create trigger caseentry_no_truncate before truncate on traceability_caseentry
    for each statement execute function kernel_refuse_change();
"""
BACK = """
drop trigger caseentry_no_truncate on traceability_caseentry;
drop trigger caseentry_append_only on traceability_caseentry;
"""


class Migration(migrations.Migration):
    dependencies = [("traceability", "0019_cases")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
