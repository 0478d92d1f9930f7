-- As ledger.sql, of one enterprise: its own records, those of its partners that name it, and what
-- is needed to read them (the creation of their lots).

create temp table party on commit drop as
select %(enterprise)s::bigint as enterprise_id
union
select r.counterparty_id
  from traceability_filing f
  join traceability_record r on r.filing_id = f.id
 where f.enterprise_id = %(enterprise)s and r.counterparty_id is not null
union
select f.enterprise_id
  from traceability_record r
  join traceability_filing f on f.id = r.filing_id
 where r.counterparty_id = %(enterprise)s
union
select l.maker_id
  from traceability_filing f
  join traceability_record r on r.filing_id = f.id
  join traceability_lot l on l.id = r.lot_id
 where f.enterprise_id = %(enterprise)s;
analyze party;

create temp table known_filing on commit drop as
select distinct on (f.enterprise_id, f.month)
       f.id, f.enterprise_id, f.month, f.version, f.submitted_at,
       min(f.submitted_at) over (partition by f.enterprise_id, f.month) as first_submitted_at
  from party
  join traceability_filing f using (enterprise_id)
 where f.submitted_at < %(known_before)s and f.month <= %(horizon)s
 order by f.enterprise_id, f.month, f.version desc;
create unique index on known_filing (enterprise_id, month);
create unique index on known_filing (id);
analyze known_filing;

create temp table led on commit drop as
select r.id, f.enterprise_id, f.month, r.filing_id, r.kind, r.date, r.lot_id, r.product_id,
       r.gross_kg, r.reo_percent, r.run, r.counterparty_id,
       upper(btrim(r.document)) as document, r.document as filed_document, r.country, r.assay
  from known_filing f
  join traceability_record r on r.filing_id = f.id
 where f.enterprise_id = %(enterprise)s and r.kind <> 'stock'
union all
select r.id, f.enterprise_id, f.month, r.filing_id, r.kind, r.date, r.lot_id, r.product_id,
       r.gross_kg, r.reo_percent, r.run, r.counterparty_id,
       upper(btrim(r.document)), r.document, r.country, r.assay
  from traceability_record r
  join known_filing f on f.id = r.filing_id
 where r.counterparty_id = %(enterprise)s and f.enterprise_id <> %(enterprise)s
   and r.kind <> 'stock';
analyze led;
insert into led
select r.id, f.enterprise_id, f.month, r.filing_id, r.kind, r.date, r.lot_id, r.product_id,
       r.gross_kg, r.reo_percent, r.run, r.counterparty_id,
       upper(btrim(r.document)), r.document, r.country, r.assay
  from (select distinct lot_id from led) met
  join traceability_record r using (lot_id)
  join known_filing f on f.id = r.filing_id
 where r.kind in ('extraction', 'output', 'import', 'recycled')
   and f.enterprise_id <> %(enterprise)s;
analyze led;

-- Its stock counts of the year; several counts of a lot in a month are parts of it.
create temp table counted on commit drop as
select f.enterprise_id, f.month, r.lot_id, sum(r.gross_kg) as counted_kg, min(r.id) as record_id
  from known_filing f
  join traceability_record r on r.filing_id = f.id
 where f.enterprise_id = %(enterprise)s and r.kind = 'stock'
   and f.month between %(first_month)s and %(last_month)s
 group by 1, 2, 3;
analyze counted;
