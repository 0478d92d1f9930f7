-- How the records of one version (%(after)s) differ from those of another (%(before)s). A record
-- that both hold as it is, wherever it stands, is no difference.
with spoken as (
  select filing_id = %(after)s as is_after, line, kind, lot_id, document, run,
         concat_ws(chr(31), kind, date, lot_id, coalesce(product_id::text, ''), gross_kg,
                   coalesce(trim_scale(reo_percent)::text, ''), run,
                   coalesce(counterparty_id::text, ''), document, country, assay, note) as said
    from traceability_record
   where filing_id in (%(before)s, %(after)s)
), numbered as (
  select s.*, row_number() over (partition by is_after, said order by line) as nth from spoken s
), odd as (
  select is_after, line, kind, lot_id, document, run
    from numbered n
   where not exists (select from numbered o
                      where o.is_after <> n.is_after and o.said = n.said and o.nth = n.nth)
),
-- What is told of one lot under one document and run, on both sides, is one record that changed;
-- then what stands on one line.
ranked as (
  select o.*, row_number() over (partition by is_after, kind, lot_id, document, run order by line)
              as nth
    from odd o
), same_thing as (
  select b.line as before_line, a.line as after_line
    from ranked b
    join ranked a using (kind, lot_id, document, run, nth)
   where a.is_after and not b.is_after
), same_line as (
  select b.line as before_line, a.line as after_line
    from odd b
    join odd a using (line, kind)
   where a.is_after and not b.is_after
     and not exists (select from same_thing t where t.before_line = b.line)
     and not exists (select from same_thing t where t.after_line = a.line)
), changed as (
  table same_thing union all table same_line
)
select before_line, after_line from changed
union all
select case when not is_after then line end, case when is_after then line end
  from odd o
 where case when is_after then not exists (select from changed c where c.after_line = o.line)
            else not exists (select from changed c where c.before_line = o.line) end
