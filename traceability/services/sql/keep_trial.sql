-- What the checks found with the values on trial (`found`) against what they find with those in force
-- (`stood`): new, no longer found, or there either way. Of the months that are tried.
insert into tried
select case when s.key is null then 'new' when n.key is null then 'cleared' else 'kept' end,
       %(year)s, x.code, x.key, x.severity, x.enterprise_id, x.counterparty_id, x.month, x.category,
       x.lot_id, x.run, x.document, n.amount_kg, s.amount_kg, x.arithmetic, f.id
  from found n
  full join stood s on s.code = n.code and s.key = n.key
 cross join lateral (
       select n.code, n.key, n.severity, n.enterprise_id, n.counterparty_id, n.month, n.category,
              n.lot_id, n.run, n.document, n.arithmetic
        where n.key is not null
       union all
       select s.code, s.key, s.severity, s.enterprise_id, s.counterparty_id, s.month, s.category,
              s.lot_id, s.run, s.document, s.arithmetic
        where n.key is null) x
  left join traceability_finding f on f.year = %(year)s and f.code = x.code and f.key = x.key
 where n.month between %(first_month)s and %(last_month)s
    or s.month between %(first_month)s and %(last_month)s
 order by x.code, x.key
