-- What the enterprises of a scope sold in some months, kg REO, from group to group; an enterprise
-- outside any group stands for itself, and so does one that is looked at alone.
with sold as (
    select enterprise_id, partner_id, sum(kg) as kg
      from traceability_filingflow
     where kind = 'sale' and month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or enterprise_id = any (%(scope)s))
       and known_from <= %(known_at)s and (known_to is null or known_to > %(known_at)s)
     group by 1, 2
)
select case when %(alone)s then seller.id else coalesce(seller.parent_id, seller.id) end,
       coalesce(buyer.parent_id, buyer.id), sum(sold.kg)
  from sold
  join enterprises_enterprise seller on seller.id = sold.enterprise_id
  join enterprises_enterprise buyer on buyer.id = sold.partner_id
 group by 1, 2
 order by 3 desc
