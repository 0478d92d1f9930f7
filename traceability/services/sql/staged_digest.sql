-- What the digest of each staged filing would be: seal.sql over the rows as staged.
with leaf as (
    select r.filing_no, r.line, sha256(convert_to(concat_ws(chr(31),
               r.kind, r.date, coalesce(r.lot_maker, f.uscc), r.lot, coalesce(r.product, ''),
               r.gross_kg::numeric(18, 3)::text, coalesce(r.reo_percent::numeric(9, 6)::text, ''),
               coalesce(r.run, ''), coalesce(r.counterparty, ''), coalesce(r.document, ''),
               coalesce(r.country, ''), coalesce(r.assay, ''), coalesce(r.note, '')),
               'UTF8')) as hash
      from intake_row r
      join intake_filing f on f.no = r.filing_no
     where r.filing_no = any (%(filings)s)
)
select f.no, encode(sha256(coalesce(string_agg(leaf.hash, ''::bytea order by leaf.line), ''::bytea)),
       'hex')
  from unnest(%(filings)s::int[]) as f(no)
  left join leaf on leaf.filing_no = f.no
 group by f.no;
