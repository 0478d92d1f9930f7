"""What was decided of a proposal stays, and so does a tolerance that two people put in force."""

from django.db import migrations

FORWARD = """
create trigger toleranceproposal_decided before update on traceability_toleranceproposal
    for each row when (old.status <> 'waiting') execute function kernel_refuse_change();
create trigger toleranceproposal_kept before delete on traceability_toleranceproposal
    for each row execute function kernel_refuse_change();
create function traceability_refuse_approved() returns trigger language plpgsql as $$
begin
  if exists (select from traceability_toleranceproposal p where p.tolerance_id = old.id) then
    raise exception 'a tolerance in force is not changed: propose another value from a later day';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger tolerance_approved_stands before update or delete on traceability_tolerance
    for each row execute function traceability_refuse_approved();
"""
BACK = """
drop trigger tolerance_approved_stands on traceability_tolerance;
drop function traceability_refuse_approved();
drop trigger toleranceproposal_kept on traceability_toleranceproposal;
drop trigger toleranceproposal_decided on traceability_toleranceproposal;
"""


class Migration(migrations.Migration):
    dependencies = [("traceability", "0027_tolerance_proposals")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
