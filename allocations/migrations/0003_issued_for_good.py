"""What is issued stays as it is, within the ceilings; copies only get acknowledged."""

from django.db import migrations

FORWARD = """
-- A line changes only while its decision may still change. FOR SHARE waits for an issue under way.
create function allocations_line_guard() returns trigger language plpgsql as $$
declare
    changed bigint := case when tg_op = 'DELETE' then old.decision_id else new.decision_id end;
    standing text;
begin
    select status into standing from allocations_decision where id = changed for share;
    if standing in ('issued', 'withdrawn') then
        raise exception 'decision % is %, its lines stay', changed, standing
            using errcode = 'RE002';
    end if;
    if tg_op = 'UPDATE' and new.decision_id <> old.decision_id then
        raise exception 'a line stays with its decision' using errcode = 'RE002';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create trigger ceiling_line_guard before insert or update or delete on allocations_ceilingline
    for each row execute function allocations_line_guard();
create trigger allocation_line_guard before insert or update or delete on allocations_allocationline
    for each row execute function allocations_line_guard();

-- An issued or withdrawn decision never changes. An issue is refused after which, in its year, the
-- allocations of a category exceed its ceiling, or a ceiling or an enterprise's cap is negative.
create function allocations_decision_guard() returns trigger language plpgsql as $$
declare
    broken record;
begin
    if tg_op = 'DELETE' then
        raise exception 'a decision is withdrawn, not deleted' using errcode = 'RE002';
    end if;
    if old.status in ('issued', 'withdrawn') then
        raise exception 'decision % is %, it stays as it is', old.id, old.status
            using errcode = 'RE002';
    end if;
    if new.status <> 'issued' then
        return new;
    end if;
    -- One issue at a time for a year; what the one before committed is seen below.
    perform pg_advisory_xact_lock(hashtext('allocations_issue'), new.year::int);

    select c.category, coalesce(sum(c.ceiling), 0) as ceiling,
           coalesce(sum(c.allocated), 0) as allocated
      into broken
      from (
        select l.category, l.kg as ceiling, 0 as allocated
          from allocations_ceilingline l join allocations_decision d on d.id = l.decision_id
         where d.year = new.year and (d.status = 'issued' or d.id = new.id)
        union all
        select l.category, 0, l.kg
          from allocations_allocationline l join allocations_decision d on d.id = l.decision_id
         where d.year = new.year and (d.status = 'issued' or d.id = new.id)
      ) c
     group by c.category
    having sum(c.allocated) > sum(c.ceiling) or sum(c.ceiling) < 0
     order by c.category limit 1;
    if found then
        raise exception 'allocations of % kg exceed the ceiling of % kg for %',
            broken.allocated, broken.ceiling, broken.category
            using errcode = 'RE003', detail = json_build_object('category', broken.category,
                'ceiling', broken.ceiling::text, 'allocated', broken.allocated::text)::text;
    end if;

    select l.enterprise_id, l.category, sum(l.kg) as cap
      into broken
      from allocations_allocationline l join allocations_decision d on d.id = l.decision_id
     where d.year = new.year and (d.status = 'issued' or d.id = new.id)
     group by l.enterprise_id, l.category
    having sum(l.kg) < 0
     order by l.enterprise_id, l.category limit 1;
    if found then
        raise exception 'the cap of enterprise % for % would be % kg',
            broken.enterprise_id, broken.category, broken.cap
            using errcode = 'RE004', detail = json_build_object('enterprise', broken.enterprise_id,
                'category', broken.category, 'cap', broken.cap::text)::text;
    end if;
    return new;
end $$;

create trigger decision_guard before update or delete on allocations_decision
    for each row execute function allocations_decision_guard();

-- A decision begins as a draft: nothing is issued by inserting it so.
create function allocations_decision_begins() returns trigger language plpgsql as $$
begin
    if new.status <> 'draft' then
        raise exception 'a decision begins as a draft' using errcode = 'RE002';
    end if;
    return new;
end $$;
create trigger decision_begins before insert on allocations_decision
    for each row execute function allocations_decision_begins();

create trigger sign_off_append_only before update or delete on allocations_signoff
    for each row execute function kernel_refuse_change();

-- Of a copy only the acknowledgement is ever written, and once.
create function allocations_copy_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.acknowledged_at is null
       and (to_jsonb(new) - 'acknowledged_at' - 'acknowledged_by_id')
         = (to_jsonb(old) - 'acknowledged_at' - 'acknowledged_by_id') then
        return new;
    end if;
    raise exception 'a copy stays as it was sent' using errcode = 'RE001';
end $$;
create trigger copy_guard before update or delete on allocations_copy
    for each row execute function allocations_copy_guard();

create trigger decision_no_truncate before truncate on allocations_decision
    for each statement execute function kernel_refuse_change();
create trigger ceiling_line_no_truncate before truncate on allocations_ceilingline
    for each statement execute function kernel_refuse_change();
create trigger allocation_line_no_truncate before truncate on allocations_allocationline
    for each statement execute function kernel_refuse_change();
create trigger sign_off_no_truncate before truncate on allocations_signoff
    for each statement execute function kernel_refuse_change();
create trigger copy_no_truncate before truncate on allocations_copy
    for each statement execute function kernel_refuse_change();
"""
BACKWARD = """
drop trigger copy_no_truncate on allocations_copy;
drop trigger sign_off_no_truncate on allocations_signoff;
drop trigger allocation_line_no_truncate on allocations_allocationline;
drop trigger ceiling_line_no_truncate on allocations_ceilingline;
drop trigger decision_no_truncate on allocations_decision;
drop trigger copy_guard on allocations_copy;
drop function allocations_copy_guard();
drop trigger sign_off_append_only on allocations_signoff;
drop trigger decision_begins on allocations_decision;
drop function allocations_decision_begins();
drop trigger decision_guard on allocations_decision;
drop function allocations_decision_guard();
drop trigger allocation_line_guard on allocations_allocationline;
drop trigger ceiling_line_guard on allocations_ceilingline;
drop function allocations_line_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("allocations", "0002_initial"),
        ("kernel", "0002_audit_append_only"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
