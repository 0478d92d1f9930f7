-- What others sold to the buyer, and what it recorded as bought; a draft is for its own eyes.
  select 'sale' as kind, f.enterprise_id as seller_id, r.counterparty_id as buyer_id, r.lot_id,
         r.document, r.date, r.gross_kg, true as in_force, true as standing
    from traceability_record r
    join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
   where r.counterparty_id = %(buyer)s and r.kind = 'sale'
     and r.date between %(read_since)s and %(read_until)s
  union all
  select 'purchase', r.counterparty_id, f.enterprise_id, r.lot_id, r.document, r.date, r.gross_kg,
         f.status = 'submitted', f.status = 'draft' or not exists (
             select from traceability_filing d
              where d.enterprise_id = f.enterprise_id and d.month = f.month and d.status = 'draft')
    from traceability_filing f
    join traceability_record r on r.filing_id = f.id and r.kind = 'purchase'
   where f.enterprise_id = %(buyer)s and f.status in ('submitted', 'draft')
     and f.month >= %(read_since)s
