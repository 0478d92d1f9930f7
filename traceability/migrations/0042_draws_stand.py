"""A committed draw, its population, its sample and what inspections found stay as they are."""

from django.db import migrations

KEPT = ("drawcandidate", "drawnenterprise", "inspection")
# What each step may write; everything else of a committed draw stands.
FORWARD = """
create function traceability_draw_stands() returns trigger language plpgsql as $$
declare
  free text[];
begin
  if old.status = 'draft' then
    free := case new.status
            when 'committed' then array['status', 'committed_by_id', 'committed_at', 'draws_after',
                                        'population_digest', 'salt', 'words_digest']
            when 'closed' then array['status', 'closing', 'closed_by_id', 'closed_at'] end;
  elsif old.status = 'committed' and new.status = 'drawn' then
    free := array['status', 'words', 'public_event', 'public_digest', 'seed', 'drawn_by_id',
                  'drawn_at'];
  elsif old.status in ('committed', 'drawn') and new.status = 'closed' then
    free := array['status', 'closing', 'closed_by_id', 'closed_at'];
  end if;
  if free is null or to_jsonb(new) - free is distinct from to_jsonb(old) - free then
    raise exception 'a draw only goes on' using errcode = 'RE001';
  end if;
  return new;
end $$;
create trigger draw_stands before update on traceability_draw
    for each row execute function traceability_draw_stands();
create trigger draw_no_delete before delete on traceability_draw
    for each row execute function kernel_refuse_change();
create trigger draw_no_truncate before truncate on traceability_draw
    for each statement execute function kernel_refuse_change();
create function traceability_draw_frozen() returns trigger language plpgsql as $$
begin
  if not exists (select from traceability_draw where id = new.draw_id and status = tg_argv[0]) then
    raise exception 'the draw has gone on' using errcode = 'RE001';
  end if;
  return new;
end $$;
create trigger drawcandidate_frozen before insert on traceability_drawcandidate
    for each row execute function traceability_draw_frozen('draft');
create trigger drawnenterprise_frozen before insert on traceability_drawnenterprise
    for each row execute function traceability_draw_frozen('committed');
""" + "".join(
    f"""
create trigger {table}_append_only before update or delete on traceability_{table}
    for each row execute function kernel_refuse_change();
create trigger {table}_no_truncate before truncate on traceability_{table}
    for each statement execute function kernel_refuse_change();
"""
    for table in KEPT
)
BACK = (
    "".join(
        f"""
drop trigger {table}_no_truncate on traceability_{table};
drop trigger {table}_append_only on traceability_{table};
"""
        for table in KEPT
    )
    + """
drop trigger drawnenterprise_frozen on traceability_drawnenterprise;
drop trigger drawcandidate_frozen on traceability_drawcandidate;
drop function traceability_draw_frozen;
drop trigger draw_no_truncate on traceability_draw;
drop trigger draw_no_delete on traceability_draw;
drop trigger draw_stands on traceability_draw;
drop function traceability_draw_stands;
"""
)


class Migration(migrations.Migration):
    dependencies = [("traceability", "0041_inspection_draws")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
