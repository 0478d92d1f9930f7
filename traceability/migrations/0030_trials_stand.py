"""What a finished trial found stays as it was."""

from django.db import migrations

FORWARD = """
create trigger trial_over before update on traceability_trial
    for each row when (old.state in ('finished', 'failed'))
    execute function kernel_refuse_change();
create trigger trial_kept before delete on traceability_trial
    for each row execute function kernel_refuse_change();
create function traceability_refuse_after_trial() returns trigger language plpgsql as $$
begin
  if exists (select from traceability_trial t
              where t.id = coalesce(new.trial_id, old.trial_id) and t.state = 'finished') then
    raise exception 'a finished trial is not changed';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger trialfinding_stands before insert or update or delete on traceability_trialfinding
    for each row execute function traceability_refuse_after_trial();
"""
BACK = """
drop trigger trialfinding_stands on traceability_trialfinding;
drop function traceability_refuse_after_trial();
drop trigger trial_kept on traceability_trial;
drop trigger trial_over on traceability_trial;
"""


class Migration(migrations.Migration):
    dependencies = [("traceability", "0029_trials")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
