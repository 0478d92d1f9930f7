"""The walk through the graph of movements, level by level."""

from django.db import migrations

# Each level opens the pools that the one before reached for the first time, so that circles end.
# `opened` are the pools whose movements follow, one place in the arrays for each movement.
FORWARD = """
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
BACKWARD = "drop function traceability_walk(bigint[], boolean, timestamptz, bigint[], integer)"


class Migration(migrations.Migration):
    dependencies = [("traceability", "0009_tracing_graph")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
