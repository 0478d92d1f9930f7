-- The flows of some enterprises, or as known at a moment, filing by filing.
with kept as (
    select month, kind, product_id, other_id, country, partner_id, $ as kg
      from traceability_filingflow
     where month between %(first)s and %(last)s and run_id = 0
       and (%(scope)s::bigint[] is null or enterprise_id = any (%(scope)s))
       and known_from <= %(known_at)s and (known_to is null or known_to > %(known_at)s)
),
