-- Every fault of every row at once. A case guards each cast, so that bad text is a fault and no error.
insert into intake_error (filing_no, line, column_name, code, value)
with checked as (
    select r.*, concat_ws(' ',
      -- kind and date
      case when r.kind is null then 'kind:missing' when n.kind is null then 'kind:kind_unknown' end,
      case when r.date is null then 'date:missing'
           when r.date !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then 'date:date_form'
           when left(r.date, 7) <> f.month_text then
               case when substr(r.date, 6, 2) between '01' and '12'
                     and right(r.date, 2) between '01' and '31'
                    then 'date:date_outside' else 'date:date_form' end
           when right(r.date, 2) = '00' or r.date > f.last_text then 'date:date_form'
           when r.date > f.until_text then 'date:date_future' end,
      -- the lot and whose it is
      case when r.lot is null then 'lot:missing'
           when length(r.lot) > %(lot)s then 'lot:too_long' end,
      case when r.lot_maker is null then null
           when m.id is null then 'lot_maker:maker_unknown'
           when n.creates and m.id <> f.enterprise_id then 'lot_maker:maker_other' end,
      -- what it is
      case when r.product is null then case when n.product then 'product:missing' end
           when p.id is null then 'product:product_unknown' end,
      case when r.gross_kg is null then 'gross_kg:missing'
           when r.gross_kg !~ '^[0-9]{1,9}(\.[0-9]{1,3})?$' then
               case when r.gross_kg ~ '^-[0-9]+(\.[0-9]+)?$' then 'gross_kg:not_positive'
                    when r.gross_kg ~ '^[0-9]{10,}(\.[0-9]{1,3})?$' then 'gross_kg:too_large'
                    else 'gross_kg:number_form' end
           when r.kind <> 'stock' and r.gross_kg::numeric = 0 then 'gross_kg:not_positive' end,
      case when r.reo_percent is null then case when n.reo_percent then 'reo_percent:missing' end
           when r.reo_percent ~ '^-[0-9]+(\.[0-9]+)?$' then 'reo_percent:grade_range'
           when r.reo_percent !~ '^[0-9]{1,6}(\.[0-9]{1,6})?$' then 'reo_percent:grade_form'
           when r.reo_percent::numeric <= 0 or r.reo_percent::numeric > 125
               then 'reo_percent:grade_range' end,
      -- where it went
      case when r.run is null then case when n.run then 'run:missing' end
           when length(r.run) > %(run)s then 'run:too_long' end,
      case when r.counterparty is null then case when n.counterparty then 'counterparty:missing' end
           when c.id is null then 'counterparty:counterparty_unknown'
           when c.id = f.enterprise_id then 'counterparty:counterparty_self' end,
      case when r.document is null then case when n.document then 'document:missing' end
           when length(r.document) > %(document)s then 'document:too_long' end,
      case when r.country is null then case when n.country then 'country:missing' end
           when r.country <> all (%(countries)s) then 'country:country_unknown' end,
      -- the rest
      case when r.assay is null then null
           when length(r.assay) > %(assay)s then 'assay:too_long'
           when r.assay !~ %(assay_form)s then 'assay:assay_form'
           when (select count(*) > count(distinct split_part(part, ':', 1))
                   from unnest(string_to_array(r.assay, ';')) part) then 'assay:assay_twice'
           when (select sum(split_part(part, ':', 2)::numeric)
                   from unnest(string_to_array(r.assay, ';')) part) > %(assay_sum)s::numeric
               then 'assay:assay_sum' end,
      case when r.note is null then case when n.note then 'note:missing' end
           when length(r.note) > %(note)s then 'note:too_long' end
    ) as faults
      from intake_row r
      join intake_filing f on f.no = r.filing_no
      left join jsonb_to_recordset(%(needs)s::jsonb) as n(kind text, creates boolean,
           product boolean, reo_percent boolean, run boolean, counterparty boolean,
           document boolean, country boolean, note boolean) on n.kind = r.kind
      left join traceability_product p on p.code = r.product
      left join enterprises_enterprise m on m.uscc = r.lot_maker
      left join enterprises_enterprise c on c.uscc = r.counterparty
     where r.fault is null
)
select k.filing_no, k.line, split_part(found, ':', 1), split_part(found, ':', 2),
       left(to_jsonb(k) ->> split_part(found, ':', 1), 60)
  from checked k cross join lateral unnest(string_to_array(k.faults, ' ')) as found
 where k.faults <> ''
union all
-- Lines that reading could not take apart.
select filing_no, line, split_part(fault, ':', 1), split_part(fault, ':', 2), split_part(fault, ':', 3)
  from intake_row where fault is not null;

-- A row that moves a known lot and repeats its product or grade must agree with a creation of the
-- lot, in this file or in the current ledger, but for the versions that this file is to supersede.
insert into intake_error (filing_no, line, column_name, code, value)
with repeating as (
    select r.filing_no, r.line, coalesce(m.id, f.enterprise_id) as maker_id, r.lot, r.product,
           r.reo_percent::numeric as reo_percent
      from intake_row r
      join intake_filing f on f.no = r.filing_no
      left join enterprises_enterprise m on m.uscc = r.lot_maker
     where r.kind <> all (%(creating)s) and (r.product is not null or r.reo_percent is not null)
       and r.fault is null
       and not exists (select from intake_error e
                        where e.line = r.line and e.filing_no = r.filing_no)
),
created as (
    select l.maker_id, l.number, p.code as product, d.reo_percent
      from (select distinct maker_id, lot from repeating) t
      join traceability_lot l on l.maker_id = t.maker_id and l.number = t.lot
      join traceability_record d on d.lot_id = l.id and d.kind = any (%(creating)s)
      join traceability_filing g on g.id = d.filing_id and g.status = 'submitted'
      join traceability_product p on p.id = d.product_id
     where not exists (select from intake_filing f
                        where f.enterprise_id = g.enterprise_id and f.month = g.month)
    union all
    select f.enterprise_id, r.lot, r.product,
           case when r.reo_percent ~ '^[0-9]{1,6}(\.[0-9]{1,6})?$' then r.reo_percent::numeric end
      from intake_row r join intake_filing f on f.no = r.filing_no
     where r.kind = any (%(creating)s)
       and exists (select from repeating t where t.maker_id = f.enterprise_id and t.lot = r.lot)
)
select t.filing_no, t.line, fault.column_name, fault.code, fault.value
  from repeating t
  cross join lateral (
      select bool_or(c.product = t.product) as product_fits,
             -- 92.7 agrees with 92.65: as many decimals as are given.
             bool_or(round(c.reo_percent, scale(t.reo_percent)) = t.reo_percent) as grade_fits
        from created c where c.maker_id = t.maker_id and c.number = t.lot
  ) fits
  cross join lateral (values
      ('product', 'lot_product', t.product, fits.product_fits),
      ('reo_percent', 'lot_grade', t.reo_percent::text, fits.grade_fits)
  ) as fault(column_name, code, value, fits)
 where fault.fits = false;
