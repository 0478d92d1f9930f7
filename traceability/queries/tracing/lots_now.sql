-- What each lot is, by the current ledger.
select l.id, l.number, l.maker_id, p.id, p.code, p.name_zh, p.name_en, p.stage, l.reo_percent,
       l.assay
  from traceability_lot l
  left join traceability_product p on p.id = l.product_id
 where l.id = any (%(lots)s)
