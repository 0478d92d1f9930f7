-- Those that changed most, amendments first, and all together (no filing), with how many there are.
, weight as (
    select filing_id, first_filed, sum(abs(kg)) as kg from effect group by 1, 2
),
chosen as (
    select filing_id, row_number() over (order by first_filed, kg desc, filing_id) as place
      from weight order by place limit %(shown)s
)
select c.place, e.filing_id, e.first_filed, e.kind, e.kg, 1
  from chosen c join effect e using (filing_id)
union all
select null, null, first_filed, kind, sum(kg),
       (select count(*) from weight w where w.first_filed = effect.first_filed)
  from effect group by first_filed, kind
 order by 1 nulls last
