-- Lots at their first mention, in one order so that two intakes never wait for each other in a ring.
insert into traceability_lot (maker_id, number)
select distinct coalesce(m.id, f.enterprise_id), r.lot
  from intake_row r
  join intake_filing f on f.no = r.filing_no and f.version = %(version)s and f.filing_id is not null
  left join enterprises_enterprise m on m.uscc = r.lot_maker
 order by 1, 2
on conflict (maker_id, number) do nothing;

-- The records, typed and resolved, their lines counted within the filing where they have none of
-- their own. Every text passed its check before.
insert into traceability_record (filing_id, line, kind, date, lot_id, product_id, gross_kg,
    reo_percent, reo_kg, run, counterparty_id, document, country, assay, note)
select f.filing_id,
       coalesce(r.own_line, row_number() over (partition by f.filing_id order by r.line)),
       r.kind, r.date::date, l.id, p.id, r.gross_kg::numeric,
       r.reo_percent::numeric, round(r.gross_kg::numeric * r.reo_percent::numeric / 100, 3),
       coalesce(r.run, ''), c.id, coalesce(r.document, ''), coalesce(r.country, ''),
       coalesce(r.assay, ''), coalesce(r.note, '')
  from intake_row r
  join intake_filing f on f.no = r.filing_no and f.version = %(version)s and f.filing_id is not null
  left join enterprises_enterprise m on m.uscc = r.lot_maker
  left join enterprises_enterprise c on c.uscc = r.counterparty
  left join traceability_product p on p.code = r.product
  join traceability_lot l on l.maker_id = coalesce(m.id, f.enterprise_id) and l.number = r.lot;
