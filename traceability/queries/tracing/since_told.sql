-- Those that changed most, amendments first, and all together (no filing), with how many there are.
(select filing_id, first_filed, 1, [[$_kg]]
   from effect
  order by first_filed, greatest([[abs($_kg)]]) desc, filing_id
  limit %(shown)s)
union all
select null, first_filed, count(*), [[sum($_kg)]] from effect group by 2
