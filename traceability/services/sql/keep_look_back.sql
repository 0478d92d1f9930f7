-- A run as of a day before the latest one looks back: what it finds that nobody had seen is put on
-- record as seen then and cleared by the next run; what is known was seen then already. It changes
-- no judgement of a later run.
with counted as (
  select count(*) as found, count(*) filter (where f.id is null) as new
    from found n
    left join traceability_finding f on f.year = %(year)s and f.code = n.code and f.key = n.key
), kept as (
  insert into traceability_finding as f (
         year, code, key, severity, enterprise_id, counterparty_id, month, category, lot_id, run,
         document, amount_kg, arithmetic, rule_version, status, outcome, first_seen, last_seen,
         cleared_on, reconciliation_id, weight)
  select %(year)s, n.code, n.key, n.severity, n.enterprise_id, n.counterparty_id, n.month,
         n.category, n.lot_id, n.run, n.document, n.amount_kg, n.arithmetic, n.version, 'cleared',
         '', %(as_of)s, %(as_of)s, %(later)s, %(reconciliation)s, n.weight
    from found n
   order by n.code, n.key
      on conflict (year, code, key) do update set first_seen = excluded.first_seen
   where f.first_seen > excluded.first_seen
)
select c.found, c.new, 0, 0 from counted c
