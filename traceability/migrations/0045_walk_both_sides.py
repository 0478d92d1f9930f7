"""The walk tells, level by level, what leads into its pools from behind as well."""

from django.db import migrations

# The same walk as before; `by_lot`: the kinds of movement that are told lot by lot from behind,
# null where nobody asks what lies behind.
FORWARD = """
drop function traceability_walk(bigint[], boolean, timestamptz, bigint[], integer);
create function traceability_walk(start bigint[], upstream boolean, known_at timestamptz,
                                  seen bigint[], most integer, by_lot text[])
returns table (opened bigint[], near bigint[], far bigint[], kinds text[], lots bigint[],
               countries text[], gross_kg numeric[], reo_kg numeric[], behind_pool bigint[],
               behind_kind text[], behind_lot bigint[], behind_gross_kg numeric[],
               behind_reo_kg numeric[])
language plpgsql stable as $$
#variable_conflict use_column
declare
    frontier bigint[] := start;
    reached bigint[] := start;
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
        if by_lot is not null and upstream then
            select array_agg(pool), array_agg(kind), array_agg(lot), array_agg(gross),
                   array_agg(reo)
              into behind_pool, behind_kind, behind_lot, behind_gross_kg, behind_reo_kg
              from (select m.source_id as pool, m.kind,
                           case when m.kind = any (by_lot) then m.lot_id end as lot,
                           sum(m.gross_kg) as gross, sum(m.reo_kg) as reo
                      from traceability_movement m
                     where m.source_id = any (frontier) and m.known_from <= known_at
                       and (m.known_to is null or m.known_to > known_at)
                     group by 1, 2, 3) told;
        elsif by_lot is not null then
            select array_agg(pool), array_agg(kind), array_agg(lot), array_agg(gross),
                   array_agg(reo)
              into behind_pool, behind_kind, behind_lot, behind_gross_kg, behind_reo_kg
              from (select m.target_id as pool, m.kind,
                           case when m.kind = any (by_lot) then m.lot_id end as lot,
                           sum(m.gross_kg) as gross, sum(m.reo_kg) as reo
                      from traceability_movement m
                     where m.target_id = any (frontier) and m.known_from <= known_at
                       and (m.known_to is null or m.known_to > known_at)
                     group by 1, 2, 3) told;
        end if;
        opened := frontier;
        return next;
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
end $$;
"""
BACKWARD = """
drop function traceability_walk(bigint[], boolean, timestamptz, bigint[], integer, text[]);
create function traceability_walk(start bigint[], upstream boolean, known_at timestamptz,
                                  seen bigint[], most integer)
returns table (opened bigint[], near bigint[], far bigint[], kinds text[], lots bigint[],
               countries text[], gross_kg numeric[], reo_kg numeric[])
language plpgsql stable as $$
#variable_conflict use_column
declare
    frontier bigint[] := start;
    reached bigint[] := start;
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
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("traceability", "0044_kept_flows_covered")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
