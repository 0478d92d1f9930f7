"""A submitted filing and its records can't be changed; records come only into drafts."""

from django.db import migrations

FORWARD = """
-- Submitted: nothing changes but the step to superseded. Superseded: nothing at all.
create function traceability_filing_guard() returns trigger language plpgsql as $$
begin
    if old.status = 'draft' then
        return case when tg_op = 'DELETE' then old else new end;
    end if;
    if tg_op = 'UPDATE' and old.status = 'submitted' and new.status = 'superseded'
       and to_jsonb(new) - 'status' = to_jsonb(old) - 'status' then
        return new;
    end if;
    raise exception 'filing % is sealed', old.id using errcode = 'RE005';
end $$;
create trigger filing_guard before update or delete on traceability_filing
    for each row execute function traceability_filing_guard();

-- A filing begins as a draft.
create function traceability_filing_begins() returns trigger language plpgsql as $$
begin
    if new.status <> 'draft' then
        raise exception 'a filing begins as a draft' using errcode = 'RE005';
    end if;
    return new;
end $$;
create trigger filing_begins before insert on traceability_filing
    for each row execute function traceability_filing_begins();

-- Records come, change and go only while their filing is a draft. One look per statement at the
-- filings it touched; FOR SHARE waits for a submission under way and then sees it.
create function traceability_record_guard() returns trigger language plpgsql as $$
declare
    sealed bigint;
begin
    select s.id into sealed
      from (
        select f.id, f.status from traceability_filing f
         where f.id in (select distinct filing_id from touched)
         order by f.id for share
      ) s
     where s.status <> 'draft' limit 1;
    if found then
        raise exception 'filing % is sealed', sealed using errcode = 'RE005';
    end if;
    return null;
end $$;
create trigger record_guard_insert after insert on traceability_record
    referencing new table as touched
    for each statement execute function traceability_record_guard();
create trigger record_guard_delete after delete on traceability_record
    referencing old table as touched
    for each statement execute function traceability_record_guard();

-- A record is never edited: a draft's records are replaced as a whole.
create trigger record_guard_update before update on traceability_record
    for each row execute function kernel_refuse_change();

create trigger filing_no_truncate before truncate on traceability_filing
    for each statement execute function kernel_refuse_change();
create trigger record_no_truncate before truncate on traceability_record
    for each statement execute function kernel_refuse_change();
"""
BACKWARD = """
drop trigger record_no_truncate on traceability_record;
drop trigger filing_no_truncate on traceability_filing;
drop trigger record_guard_update on traceability_record;
drop trigger record_guard_delete on traceability_record;
drop trigger record_guard_insert on traceability_record;
drop function traceability_record_guard();
drop trigger filing_begins on traceability_filing;
drop function traceability_filing_begins();
drop trigger filing_guard on traceability_filing;
drop function traceability_filing_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0001_initial"),
        ("kernel", "0002_audit_append_only"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
