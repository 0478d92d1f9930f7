-- The flows of the country as it stands, from its months.
with kept as (
    select month, kind, product_id, other_id, country, partner_id, $ as kg
      from traceability_monthflow where month between %(first)s and %(last)s
),
