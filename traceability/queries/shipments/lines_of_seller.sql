-- What the seller sold to others, and what they filed as bought of it.
  select 'sale' as kind, f.enterprise_id as seller_id, r.counterparty_id as buyer_id, r.lot_id,
         r.document, r.date, r.gross_kg, true as in_force, true as standing
    from traceability_filing f
    join traceability_record r on r.filing_id = f.id and r.kind = 'sale'
   where f.enterprise_id = %(seller)s and f.status = 'submitted'
     and f.month between %(read_since)s and %(read_until)s and r.counterparty_id is not null
  union all
  select 'purchase', r.counterparty_id, f.enterprise_id, r.lot_id, r.document, r.date, r.gross_kg,
         true, true
    from traceability_record r
    join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
   where r.counterparty_id = %(seller)s and r.kind = 'purchase' and r.date >= %(read_since)s
