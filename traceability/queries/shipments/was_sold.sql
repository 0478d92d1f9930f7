-- What the seller had filed of shipment s before it amended; nothing where it never was in force.
  select sum(r.gross_kg)
    from traceability_record r
    join traceability_filing f on f.id = r.filing_id and f.status = 'superseded'
                              and f.enterprise_id = s.seller_id
   where r.lot_id = s.lot_id and r.kind = 'sale' and r.counterparty_id = s.buyer_id
     and upper(btrim(r.document)) = s.document
   group by f.id order by max(f.submitted_at) desc limit 1
