-- What changed of the months of the country: the flows in force now less those that were.
insert into traceability_monthflow as t (month, kind, product_id, other_id, country, partner_id, kg)
select month, kind, product_id, other_id, country, partner_id, sum(kg)
  from (select month, kind, product_id, other_id, country, partner_id, kg
          from traceability_filingflow
         where filing_id in (select id from derive_wanted) and known_to is null and run_id = 0
        union all
        select month, kind, product_id, other_id, country, partner_id, -kg
          from derive_flow_before) changed
 group by 1, 2, 3, 4, 5, 6
having sum(kg) <> 0
    on conflict (month, kind, product_id, other_id, country, partner_id)
    do update set kg = t.kg + excluded.kg;
delete from traceability_monthflow where kg = 0;
drop table derive_wanted, derive_flow_before;
