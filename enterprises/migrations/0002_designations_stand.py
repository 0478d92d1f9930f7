"""Designations never share a day, are ended and never deleted; groups never go round in a ring."""

from django.db import migrations

FORWARD = """
-- The designations of one enterprise for one activity never share a day. The enterprise's row is
-- locked first: of two at once the second sees what the first has written.
create function enterprises_designation_once() returns trigger language plpgsql as $$
declare
    standing record;
begin
    perform 1 from enterprises_enterprise where id = new.enterprise_id for no key update;
    select valid_from, valid_to into standing
      from enterprises_designation
     where enterprise_id = new.enterprise_id and activity = new.activity and id <> new.id
       and daterange(valid_from, valid_to, '[]') && daterange(new.valid_from, new.valid_to, '[]')
     limit 1;
    if found then
        raise exception 'enterprise % is designated for % from % to %',
            new.enterprise_id, new.activity, standing.valid_from, standing.valid_to
            using errcode = 'RE010';
    end if;
    return null;
end $$;
create constraint trigger designation_once_a_day
    after insert or update on enterprises_designation
    for each row execute function enterprises_designation_once();

-- Of a designation only the end is ever written; an end that is set only moves to an earlier day.
create function enterprises_designation_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
       and (to_jsonb(new) - 'valid_to' - 'end_reason') = (to_jsonb(old) - 'valid_to' - 'end_reason')
       and new.valid_to is not null and (old.valid_to is null or new.valid_to < old.valid_to) then
        return new;
    end if;
    raise exception 'a designation is ended, not changed or deleted' using errcode = 'RE001';
end $$;
create trigger designation_guard before update or delete on enterprises_designation
    for each row execute function enterprises_designation_guard();
create trigger designation_no_truncate before truncate on enterprises_designation
    for each statement execute function kernel_refuse_change();

-- No enterprise belongs, through its groups, to itself. One such change at a time.
create function enterprises_group_guard() returns trigger language plpgsql as $$
declare
    above bigint := new.parent_id;
begin
    perform pg_advisory_xact_lock(hashtext('enterprises_group'));
    while above is not null loop
        if above = new.id then
            raise exception 'enterprise % would belong to itself', new.id using errcode = 'RE011';
        end if;
        select parent_id into above from enterprises_enterprise where id = above;
    end loop;
    return new;
end $$;
create trigger enterprise_group_guard before insert or update of parent_id
    on enterprises_enterprise for each row when (new.parent_id is not null)
    execute function enterprises_group_guard();
"""
BACKWARD = """
drop trigger enterprise_group_guard on enterprises_enterprise;
drop function enterprises_group_guard();
drop trigger designation_no_truncate on enterprises_designation;
drop trigger designation_guard on enterprises_designation;
drop function enterprises_designation_guard();
drop trigger designation_once_a_day on enterprises_designation;
drop function enterprises_designation_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0001_initial"),
        ("kernel", "0002_audit_append_only"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
