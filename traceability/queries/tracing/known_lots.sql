-- What each lot was, as its earliest creation known at a moment tells it.
select distinct on (r.lot_id)
       r.lot_id, l.number, l.maker_id, p.id, p.code, p.name_zh, p.name_en, p.stage, r.reo_percent,
       r.assay
  from traceability_record r
  join traceability_filing f on f.id = r.filing_id and f.submitted_at <= %(known_at)s
   and not exists (select from traceability_filing g
                    where g.enterprise_id = f.enterprise_id and g.month = f.month
                      and g.version > f.version and g.submitted_at <= %(known_at)s)
  join traceability_lot l on l.id = r.lot_id
  join traceability_product p on p.id = r.product_id
 where r.lot_id = any (%(lots)s) and r.kind = any (%(creating)s)
 order by r.lot_id, r.date, r.id
