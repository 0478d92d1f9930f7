-- What each touched lot is: its earliest creation in the current ledger, nothing where there is none.
create temp table derive_changed_lot on commit drop as
with touched as (
    select distinct r.lot_id from traceability_record r
     where r.filing_id = any (%(filings)s) and r.kind = any (%(creating)s)
),
standing as (
    select distinct on (r.lot_id) r.lot_id, r.product_id, r.reo_percent, r.assay
      from touched t
      join traceability_record r on r.lot_id = t.lot_id and r.kind = any (%(creating)s)
      join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
     order by r.lot_id, r.date, r.id
)
select t.lot_id, s.product_id, s.reo_percent, coalesce(s.assay, '') as assay
  from touched t
  left join standing s on s.lot_id = t.lot_id
  join traceability_lot l on l.id = t.lot_id
 where (l.product_id, l.reo_percent, l.assay)
       is distinct from (s.product_id, s.reo_percent, coalesce(s.assay, ''));
