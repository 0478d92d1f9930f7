-- Digest of each draft: SHA-256 over the SHA-256 of its records in line order.
-- A record is told by what it says, in business terms: codes, not keys.
with leaf as (
    select r.filing_id, r.line, sha256(convert_to(concat_ws(chr(31),
               r.kind, r.date::text, m.uscc, l.number, coalesce(p.code, ''), r.gross_kg::text,
               coalesce(r.reo_percent::text, ''), r.run, coalesce(c.uscc, ''), r.document,
               r.country, r.assay, r.note), 'UTF8')) as hash
      from traceability_record r
      join traceability_lot l on l.id = r.lot_id
      join enterprises_enterprise m on m.id = l.maker_id
      left join traceability_product p on p.id = r.product_id
      left join enterprises_enterprise c on c.id = r.counterparty_id
     where r.filing_id = any (%(filings)s)
)
select f.id, encode(sha256(coalesce(string_agg(leaf.hash, ''::bytea order by leaf.line), ''::bytea)),
       'hex'), count(leaf.line)
  from unnest(%(filings)s) as f(id)
  left join leaf on leaf.filing_id = f.id
 group by f.id;
