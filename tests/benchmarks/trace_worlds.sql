-- A graph of {lots} lots in six stages and three movements for each: four inputs of the stage before
-- and four outputs a run, picked over the whole stage, every other lot shipped once.
insert into traceability_lot (maker_id, number, product_id, reo_percent, assay)
select (select min(id) from enterprises_enterprise) + n %% 1000, 'L' || n, null, 50, ''
  from generate_series(1, {lots}) n;
update traceability_lot set product_id = (select min(id) from traceability_product);
create temp table lot as
select id as lot_id, maker_id, row_number() over (order by id) - 1 as n from traceability_lot;
create unique index on lot (n);

-- Who holds: the maker, and for every other lot the next enterprise.
insert into traceability_pool (kind, enterprise_id, lot_id, run)
select 'holding', maker_id, lot_id, '' from lot order by n;
insert into traceability_pool (kind, enterprise_id, lot_id, run)
select 'holding', maker_id + 1000, lot_id, '' from lot where n %% 2 = 0 order by n;
insert into traceability_pool (kind, enterprise_id, counterparty_id, lot_id, run)
select 'shipment', maker_id, maker_id + 1000, lot_id, '' from lot where n %% 2 = 0 order by n;
insert into traceability_pool (kind, enterprise_id, run)
select 'run', (select min(id) from enterprises_enterprise) + n %% 1000, 'R' || n
  from generate_series(0, {lots} / 4) n;
create temp table made as
select lot.n, lot.lot_id, made.id as made_id, coalesce(bought.id, made.id) as held_id,
       shipped.id as shipped_id
  from lot
  join traceability_pool made on made.kind = 'holding' and made.lot_id = lot.lot_id
   and made.enterprise_id = lot.maker_id
  left join traceability_pool bought on bought.kind = 'holding' and bought.lot_id = lot.lot_id
   and bought.enterprise_id = lot.maker_id + 1000
  left join traceability_pool shipped on shipped.kind = 'shipment' and shipped.lot_id = lot.lot_id;
create unique index on made (n);
create temp table run as
select row_number() over (order by id) - 1 as n, id as run_id
  from traceability_pool where kind = 'run';
create unique index on run (n);
analyze lot; analyze made; analyze run;

-- One filing stands for all; nothing here asks whose it is.
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    reo_kg, known_from)
select 1, case when made.n < {lots} / 6 then 'extraction' else 'output' end, made.lot_id,
       case when made.n >= {lots} / 6 then run.run_id end, made.made_id, '', 100, 50, '2025-02-01'
  from made join run on run.n = made.n / 4 order by made.n;
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    known_from)
select 1, 'sale', lot_id, made_id, shipped_id, '', 90, '2025-02-01' from made where n %% 2 = 0;
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    known_from)
select 1, 'purchase', lot_id, shipped_id, held_id, '', 90, '2025-02-01' from made where n %% 2 = 0;
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    known_from)
select 1, 'input', made.lot_id, made.held_id, run.run_id, '', 20, '2025-02-01'
  from (select n, floor(random() * ({lots} / 6))::bigint + (n * 4 / ({lots} / 6) - 1) * ({lots} / 6)
                  as from_n
          from generate_series({lots} / 24, {lots} / 4 - 1) n, generate_series(1, 4)) fed
  join run on run.n = fed.n
  join made on made.n = fed.from_n;
