-- Balances move by what the new versions say less what the superseded ones said.
with moved as (
    select f.enterprise_id, r.lot_id,
           sum(case when r.kind = any (%(incoming)s) then r.gross_kg * side.sign else 0 end) as in_kg,
           sum(case when r.kind = any (%(outgoing)s) then r.gross_kg * side.sign else 0 end) as out_kg
      from (select unnest(%(added)s::bigint[]) as id, 1 as sign
            union all select unnest(%(removed)s::bigint[]), -1) side
      join traceability_filing f on f.id = side.id
      join traceability_record r on r.filing_id = f.id and r.kind <> 'stock'
     group by f.enterprise_id, r.lot_id
)
insert into traceability_balance (enterprise_id, lot_id, in_kg, out_kg)
select enterprise_id, lot_id, in_kg, out_kg from moved
 where in_kg <> 0 or out_kg <> 0
 order by enterprise_id, lot_id
on conflict (enterprise_id, lot_id) do update
   set in_kg = traceability_balance.in_kg + excluded.in_kg,
       out_kg = traceability_balance.out_kg + excluded.out_kg;
