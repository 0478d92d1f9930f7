-- What changed of the months of the country: the flows in force now less those that were. `[[$]]`
-- stands for every mass that is kept.
insert into traceability_monthflow as t
       (month, kind, product_id, other_id, country, partner_id, [[$]])
select month, kind, product_id, other_id, country, partner_id, [[sum($)]]
  from (select month, kind, product_id, other_id, country, partner_id, [[$]]
          from traceability_filingflow
         where filing_id in (select id from derive_wanted) and known_to is null and run_id = 0
        union all
        select month, kind, product_id, other_id, country, partner_id, [[-$]]
          from derive_flow_before) changed
 group by 1, 2, 3, 4, 5, 6
having greatest([[abs(sum($))]]) <> 0
    on conflict (month, kind, product_id, other_id, country, partner_id)
    do update set [[$ = t.$ + excluded.$]];
delete from traceability_monthflow where greatest([[abs($)]]) = 0;
drop table derive_wanted, derive_flow_before;
