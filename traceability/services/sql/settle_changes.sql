-- After the checks. Where a line that stays contradicts what a row makes of its lot, it is the row
-- that is at fault; whatever else is said of lines that stay was true before.
insert into intake_error (filing_no, line, column_name, code, value)
select r.filing_no, r.line, e.column_name, 'lot_differs', min(-e.line)::text
  from intake_error e
  join intake_row kept on kept.line = e.line and kept.lot_maker is null
  join intake_row r on r.lot = kept.lot and r.kind = any (%(creating)s)
                   and r.verb in ('add', 'change')
 where e.line < 0 and e.code in ('lot_product', 'lot_grade')
 group by r.filing_no, r.line, e.column_name;
delete from intake_error where line < 0;
delete from intake_row where verb = 'kept';
