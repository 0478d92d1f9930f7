-- What amended versions changed, kind by kind: how many records and how much they weighed, before
-- and after; only kinds of which something is not as it was.
with pair as (
  select a.id as after_id, b.id as before_id
    from traceability_filing a
    join traceability_filing b on b.enterprise_id = a.enterprise_id and b.month = a.month
                              and b.version = a.version - 1
   where a.id = any (%(amended)s)
), line as (
  select p.after_id, r.filing_id = p.after_id as is_after, r.kind, r.gross_kg,
         concat_ws(chr(31), r.date, r.lot_id, coalesce(r.product_id::text, ''), r.gross_kg,
                   coalesce(trim_scale(r.reo_percent)::text, ''), r.run,
                   coalesce(r.counterparty_id::text, ''), r.document, r.country, r.assay, r.note)
           as said
    from pair p
    join traceability_record r on r.filing_id in (p.after_id, p.before_id)
), told as (
  -- What stands in both as often is no change.
  select after_id, kind, said, count(*) filter (where not is_after) as before,
         count(*) filter (where is_after) as after
    from line group by 1, 2, 3
)
select l.after_id, l.kind, count(*) filter (where not is_after) as records_before,
       count(*) filter (where is_after) as records_after,
       coalesce(sum(gross_kg) filter (where not is_after), 0) as kg_before,
       coalesce(sum(gross_kg) filter (where is_after), 0) as kg_after
  from line l
 where exists (select from told t where t.after_id = l.after_id and t.kind = l.kind
                  and t.before <> t.after)
 group by 1, 2
