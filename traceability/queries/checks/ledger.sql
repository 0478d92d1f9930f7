-- The filings and records of the whole country that the checks look at, as known at the end of a day.

create temp table party on commit drop as select id as enterprise_id from enterprises_enterprise;
analyze party;

-- The latest version of each month that was submitted by then; one replaced since still counts.
create temp table known_filing on commit drop as
select distinct on (f.enterprise_id, f.month)
       f.id, f.enterprise_id, f.month, f.version, f.submitted_at,
       min(f.submitted_at) over (partition by f.enterprise_id, f.month) as first_submitted_at
  from traceability_filing f
 where f.submitted_at < %(known_before)s and f.month <= %(horizon)s
 order by f.enterprise_id, f.month, f.version desc;
create unique index on known_filing (enterprise_id, month);
analyze known_filing;

-- The year's movements, and those after it that may still answer a shipment of December. Stock counts
-- move nothing.
create temp table led on commit drop as
select r.id, f.enterprise_id, f.month, r.filing_id, r.kind, r.date, r.lot_id, r.product_id,
       r.gross_kg, r.reo_percent, r.run, r.counterparty_id,
       upper(btrim(r.document)) as document, r.document as filed_document, r.country, r.assay
  from known_filing f
  join traceability_record r on r.filing_id = f.id
 where f.month between %(first_month)s and %(horizon)s and r.kind <> 'stock';
analyze led;

-- The year's stock counts; several counts of a lot in a month are parts of it.
create temp table counted on commit drop as
select f.enterprise_id, f.month, r.lot_id, sum(r.gross_kg) as counted_kg, min(r.id) as record_id
  from known_filing f
  join traceability_record r on r.filing_id = f.id
 where f.month between %(first_month)s and %(last_month)s and r.kind = 'stock'
 group by 1, 2, 3;
analyze counted;

-- Runs and lots live on over the year's end: what earlier years say of the ones met above.
insert into led
select r.id, f.enterprise_id, f.month, r.filing_id, r.kind, r.date, r.lot_id, r.product_id,
       r.gross_kg, r.reo_percent, r.run, r.counterparty_id,
       upper(btrim(r.document)), r.document, r.country, r.assay
  from known_filing f
  join traceability_record r on r.filing_id = f.id
 where f.month < %(first_month)s and r.kind in ('input', 'output')
   and (f.enterprise_id, r.run) in (select enterprise_id, run from led where run <> '');
insert into led
select r.id, f.enterprise_id, f.month, r.filing_id, r.kind, r.date, r.lot_id, r.product_id,
       r.gross_kg, r.reo_percent, r.run, r.counterparty_id,
       upper(btrim(r.document)), r.document, r.country, r.assay
  from known_filing f
  join traceability_record r on r.filing_id = f.id
 where f.month < %(first_month)s and r.kind <> 'stock'
   and r.lot_id in (select lot_id from led union select lot_id from counted)
   and r.id not in (select id from led where month < %(first_month)s);
analyze led;
