"""The walk weighs what is behind its pools where no lot has a say in it, and tells grades."""

from importlib import import_module

from django.db import migrations

# The same walk as before. Upstream and of all oxides, what leads into a pool from behind is one
# weight: of a run its outputs' REO, as filed, of a holding or shipment the gross mass. Told pool by
# pool in the order of the index it needs no sorting, and four columns less to send and to read. The
# grades of the lots that were met, as they stand now, come along where they are asked for: one
# question less, and only what it takes to weigh.
FORWARD = """
drop function traceability_walk(bigint[], boolean, timestamptz, bigint[], integer, text[]);
create function traceability_walk(start bigint[], upstream boolean, known_at timestamptz,
                                  seen bigint[], most integer, by_lot text[], with_grades boolean)
returns table (opened bigint[], near bigint[], far bigint[], kinds text[], lots bigint[],
               countries text[], gross_kg numeric[], reo_kg numeric[], behind_pool bigint[],
               behind_kind text[], behind_lot bigint[], behind_gross_kg numeric[],
               behind_reo_kg numeric[], behind_weight numeric[], graded_lot bigint[],
               grade numeric[])
language plpgsql stable as $$
#variable_conflict use_column
declare
    frontier bigint[] := start;
    reached bigint[] := start;
    walked_from bigint[] := '{}';
    met bigint[] := '{}';
    walked integer := 0;
begin
    while cardinality(frontier) > 0 and walked < most loop
        if upstream then
            select array_agg(m.target_id), array_agg(m.source_id), array_agg(m.kind),
                   array_agg(m.lot_id), array_agg(m.country), array_agg(m.gross_kg),
                   array_agg(m.reo_kg)
              into near, far, kinds, lots, countries, gross_kg, reo_kg
              from traceability_movement m
             where m.target_id = any (frontier) and m.known_from <= known_at
               and (m.known_to is null or m.known_to > known_at);
        else
            select array_agg(m.source_id), array_agg(m.target_id), array_agg(m.kind),
                   array_agg(m.lot_id), array_agg(m.country), array_agg(m.gross_kg),
                   array_agg(m.reo_kg)
              into near, far, kinds, lots, countries, gross_kg, reo_kg
              from traceability_movement m
             where m.source_id = any (frontier) and m.known_from <= known_at
               and (m.known_to is null or m.known_to > known_at);
        end if;
        opened := frontier;
        return next;
        walked_from := walked_from || frontier;
        met := met || lots;
        walked := walked + coalesce(cardinality(near), 0);
        frontier := array(select unnest(far) except select unnest(reached) except select null);
        if seen is not null then
            frontier := array(
                select p.id from traceability_pool p
                 where p.id = any (frontier) and p.enterprise_id = any (seen)
                   and (p.counterparty_id is null or p.counterparty_id = any (seen)));
        end if;
        reached := reached || frontier;
    end loop;
    if by_lot is null then
        return;
    end if;
    opened := '{}'; near := null; far := null; kinds := null; lots := null; countries := null;
    gross_kg := null; reo_kg := null;
    if upstream and cardinality(by_lot) = 0 then
        select array_agg(pool), array_agg(weight)
          into behind_pool, behind_weight
          from (select m.source_id as pool,
                       sum(case when m.kind = 'output' then coalesce(m.reo_kg, 0)
                                else m.gross_kg end) as weight
                  from traceability_movement m
                 where m.source_id = any (walked_from) and m.known_from <= known_at
                   and (m.known_to is null or m.known_to > known_at)
                 group by 1) told;
    elsif upstream then
        select array_agg(pool), array_agg(kind), array_agg(lot), array_agg(gross), array_agg(reo)
          into behind_pool, behind_kind, behind_lot, behind_gross_kg, behind_reo_kg
          from (select m.source_id as pool, min(m.kind) as kind,
                       case when m.kind = any (by_lot) then m.lot_id end as lot,
                       sum(m.gross_kg) as gross, sum(m.reo_kg) as reo
                  from traceability_movement m
                 where m.source_id = any (walked_from) and m.known_from <= known_at
                   and (m.known_to is null or m.known_to > known_at)
                 group by 1, 3) told;
    else
        select array_agg(pool), array_agg(kind), array_agg(lot), array_agg(gross), array_agg(reo)
          into behind_pool, behind_kind, behind_lot, behind_gross_kg, behind_reo_kg
          from (select m.target_id as pool, min(m.kind) as kind,
                       case when m.kind = any (by_lot) then m.lot_id end as lot,
                       sum(m.gross_kg) as gross, sum(m.reo_kg) as reo
                  from traceability_movement m
                 where m.target_id = any (walked_from) and m.known_from <= known_at
                   and (m.known_to is null or m.known_to > known_at)
                 group by 1, 3) told;
    end if;
    if with_grades then
        select array_agg(l.id), array_agg(l.reo_percent) into graded_lot, grade
          from traceability_lot l where l.id = any (met || array_remove(behind_lot, null));
    end if;
    return next;
end $$;
"""
BACKWARD = import_module("traceability.migrations.0051_walk_behind_at_once").FORWARD.replace(
    "integer, text[]);", "integer, text[], boolean);"
)


class Migration(migrations.Migration):
    dependencies = [("traceability", "0051_walk_behind_at_once")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
