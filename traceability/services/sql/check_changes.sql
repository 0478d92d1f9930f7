-- Rows that change a draft: every fault of their lines, then the lines that go, and beside the rows
-- the lines that stay and speak of the same lots, so that the checks see them together.
insert into intake_error (filing_no, line, column_name, code, value)
select filing_no, line, 'line', 'line_twice', own_line::text
  from (select r.*, count(*) over (partition by own_line) as times
          from intake_row r where own_line is not null and fault is null) named
 where times > 1
union all
select r.filing_no, r.line, 'line', 'line_taken', r.own_line::text
  from intake_row r
  join intake_filing f on f.no = r.filing_no
  join traceability_record d on d.filing_id = f.filing_id and d.line = r.own_line
 where r.verb = 'add' and r.fault is null
union all
select r.filing_no, r.line, 'line',
       case when r.own_line is null then 'line_needed' else 'line_unknown' end, r.own_line::text
  from intake_row r
  join intake_filing f on f.no = r.filing_no
  left join traceability_record d on d.filing_id = f.filing_id and d.line = r.own_line
 where r.verb in ('change', 'cancel') and r.fault is null and d.line is null
   -- A row that waits unfinished can be cancelled like a record.
   and not (r.verb = 'cancel' and exists (
       select from traceability_unfinishedrow u
        where u.filing_id = f.filing_id and u.line = r.own_line));

insert into intake_cancel (line, own_line)
select r.line, r.own_line
  from intake_row r
 where r.verb = 'cancel' and r.fault is null
   and not exists (select from intake_error e where e.line = r.line);
delete from intake_row where verb = 'cancel' and fault is null;

insert into intake_row (filing_no, line, kind, date, lot, lot_maker, product, gross_kg, reo_percent,
    run, counterparty, document, country, assay, note, verb, own_line)
with spoken_of as (
    select distinct coalesce(m.id, f.enterprise_id) as maker_id, r.lot
      from intake_row r
      join intake_filing f on f.no = r.filing_no
      left join enterprises_enterprise m on m.uscc = r.lot_maker
     where r.verb is not null and r.fault is null
)
select f.no, -d.line, d.kind, d.date::text, l.number,
       case when l.maker_id <> f.enterprise_id then m.uscc end, p.code, d.gross_kg::text,
       trim_scale(d.reo_percent)::text, nullif(d.run, ''), c.uscc, nullif(d.document, ''),
       nullif(d.country, ''), nullif(d.assay, ''), nullif(d.note, ''), 'kept', d.line
  from intake_filing f
  join traceability_record d on d.filing_id = f.filing_id
  join traceability_lot l on l.id = d.lot_id
  join spoken_of s on s.maker_id = l.maker_id and s.lot = l.number
  join enterprises_enterprise m on m.id = l.maker_id
  left join traceability_product p on p.id = d.product_id
  left join enterprises_enterprise c on c.id = d.counterparty_id
 where (d.product_id is not null or d.reo_percent is not null)
   and (l.maker_id = f.enterprise_id or m.uscc is not null)
   and not exists (select from intake_row r where r.verb = 'change' and r.own_line = d.line)
   and not exists (select from intake_cancel k where k.own_line = d.line);
