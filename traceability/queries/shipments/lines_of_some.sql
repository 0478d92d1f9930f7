-- All that the two sides of some shipments recorded of these lots: what is left over of a lot may
-- be paired. Drafts are for the eyes of the buyer alone.
  select r.kind, f.enterprise_id as seller_id, r.counterparty_id as buyer_id, r.lot_id,
         r.document, r.date, r.gross_kg, true as in_force, true as standing
    from (select distinct seller_id, buyer_id, lot_id from ({wanted}) w) t
    join traceability_record r on r.lot_id = t.lot_id and r.counterparty_id = t.buyer_id
                              and r.kind = 'sale'
    join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
                              and f.enterprise_id = t.seller_id
  union all
  select r.kind, r.counterparty_id, f.enterprise_id, r.lot_id, r.document, r.date, r.gross_kg,
         f.status = 'submitted', not %(own)s or f.status = 'draft' or not exists (
             select from traceability_filing d
              where d.enterprise_id = f.enterprise_id and d.month = f.month and d.status = 'draft')
    from (select distinct seller_id, buyer_id, lot_id from ({wanted}) w) t
    join traceability_record r on r.lot_id = t.lot_id and r.counterparty_id = t.seller_id
                              and r.kind = 'purchase'
    join traceability_filing f on f.id = r.filing_id and f.enterprise_id = t.buyer_id
                              and (f.status = 'submitted' or (%(own)s and f.status = 'draft'))
