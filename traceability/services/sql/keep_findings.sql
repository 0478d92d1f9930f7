-- Put on record what a run found (the temporary table `found`): new, still there, back again, gone.
-- A finding keeps its identity by year, code and key.
with counted as (
  select count(*) as found,
         count(*) filter (where f.id is null) as new,
         count(*) filter (where f.status = 'cleared') as reopened
    from found n
    left join traceability_finding f on f.year = %(year)s and f.code = n.code and f.key = n.key
), kept as (
  insert into traceability_finding as f (
         year, code, key, severity, enterprise_id, counterparty_id, month, category, lot_id, run,
         document, amount_kg, arithmetic, rule_version, status, outcome, first_seen, last_seen,
         reconciliation_id, weight)
  select %(year)s, n.code, n.key, n.severity, n.enterprise_id, n.counterparty_id, n.month,
         n.category, n.lot_id, n.run, n.document, n.amount_kg, n.arithmetic, n.version, 'open', '',
         %(as_of)s, %(as_of)s, %(reconciliation)s, n.weight
    from found n
   order by n.code, n.key
      on conflict (year, code, key) do update
     set severity = excluded.severity, weight = excluded.weight,
         enterprise_id = excluded.enterprise_id,
         counterparty_id = excluded.counterparty_id, month = excluded.month,
         category = excluded.category, lot_id = excluded.lot_id, run = excluded.run,
         document = excluded.document, amount_kg = excluded.amount_kg,
         arithmetic = excluded.arithmetic, rule_version = excluded.rule_version,
         last_seen = excluded.last_seen, cleared_on = null,
         status = case f.status when 'cleared' then 'open' else f.status end
   where (f.severity, f.weight, f.counterparty_id, f.month, f.lot_id, f.amount_kg, f.arithmetic,
          f.rule_version, f.last_seen, f.status = 'cleared')
         is distinct from
         (excluded.severity, excluded.weight, excluded.counterparty_id, excluded.month,
          excluded.lot_id, excluded.amount_kg, excluded.arithmetic, excluded.rule_version, excluded.last_seen, false)
), gone as (
  -- No longer found: cleared, never deleted. What somebody closed stays closed, and what only a run
  -- over the whole country can see is left to it.
  update traceability_finding f
     set status = 'cleared', cleared_on = %(as_of)s
   where f.year = %(year)s and f.code = any(%(codes)s) and f.status in ('open', 'answered')
     and (%(enterprise)s::bigint is null or f.enterprise_id = %(enterprise)s
          or (f.code = any(%(two_sided)s) and f.counterparty_id = %(enterprise)s))
     and (%(enterprise)s::bigint is null or not starts_with(f.key, 'country:'))
     and not exists (select from found n where n.code = f.code and n.key = f.key)
  returning f.id
)
select c.found, c.new, c.reopened, (select count(*) from gone) from counted c
