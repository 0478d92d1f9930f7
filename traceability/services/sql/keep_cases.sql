-- Every open finding of the year belongs to a case: that of whoever caused it, else, of a shipment, of
-- the side that disagrees with more partners, else that of its own enterprise and topic. Cases are
-- opened where there are none, and closed ones opened again where a finding has come or come back. A
-- finding that an official put into its case stays there, and a case that was opened by hand is given
-- nothing.
with cause as (
  -- What an enterprise did that may have left traces elsewhere: its strongest cause, and the topic.
  select distinct on (f.enterprise_id) f.enterprise_id, t.topic
    from traceability_finding f
    join jsonb_each_text(%(topics)s::jsonb) t(code, topic) on t.code = f.code
   where f.year = %(year)s and f.status in ('open', 'answered') and f.code = any(%(causes)s)
     -- Of unusual figures those that replace real ones.
     and (f.code <> 'unusual_figures'
          or f.arithmetic ->> 'why' in ('uncreated', 'silent', 'repeated', 'constant'))
   order by f.enterprise_id, array_position(%(causes)s, f.code)
), side as (
  -- Both sides of what does not agree between a seller and a buyer.
  select s.enterprise_id, s.partner_id
    from traceability_finding f
   cross join lateral (values (f.enterprise_id, f.counterparty_id),
                              (f.counterparty_id, f.enterprise_id)) s (enterprise_id, partner_id)
   where f.year = %(year)s and f.status in ('open', 'answered') and f.code = any(%(two_sided)s)
     and f.counterparty_id is not null
), middle as (
  -- With how many partners each does not agree.
  select enterprise_id, count(distinct partner_id) as partners from side group by 1
), belongs as (
  select f.id, f.enterprise_id as at_id,
         case when m.enterprise_id is not null then m.enterprise_id
              when o.enterprise_id is not null then o.enterprise_id
              when p.enterprise_id is not null then p.enterprise_id
              -- Who disagrees with several is in the middle of it, not each of those.
              when f.code = any(%(two_sided)s) and theirs.partners > own.partners
              then f.counterparty_id
              else f.enterprise_id end as enterprise_id,
         coalesce(m.topic, o.topic, p.topic, t.topic) as topic
    from traceability_finding f
    join jsonb_each_text(%(topics)s::jsonb) t(code, topic) on t.code = f.code
    left join traceability_lot l on l.id = f.lot_id
    left join cause m on m.enterprise_id = l.maker_id and f.code = any(%(traces)s)
    left join cause o on o.enterprise_id = f.enterprise_id and f.code = any(%(traces)s)
    left join cause p on p.enterprise_id = f.counterparty_id and f.code = any(%(traces)s)
    left join middle own on own.enterprise_id = f.enterprise_id
    left join middle theirs on theirs.enterprise_id = f.counterparty_id
   where f.year = %(year)s and f.status in ('open', 'answered') and not f.placed_by_hand
), opened as (
  insert into traceability_case (year, enterprise_id, topic, status, opened_at, outcome,
                                 outcome_reason)
  select distinct %(year)s, b.enterprise_id, b.topic, 'open', %(at)s::timestamptz, '', ''
    from belongs b
   order by 2, 3
      on conflict (year, enterprise_id, topic) where not opened_by_hand do nothing
  returning id, enterprise_id, topic
), standing as (
  select id, enterprise_id, topic from opened
  union all
  select coalesce(merged_into_id, id), enterprise_id, topic
    from traceability_case where year = %(year)s and not opened_by_hand
), joined as (
  update traceability_finding f
     set case_id = s.id
    from belongs b
    join standing s on s.enterprise_id = b.enterprise_id and s.topic = b.topic
   where f.id = b.id and f.case_id is distinct from s.id
  returning f.id, f.case_id, f.status
), again as (
  -- Closed cases with a finding that nobody closed.
  select distinct c.id
    from traceability_case c
   where c.year = %(year)s and c.status = 'closed'
     and (exists (select from joined j where j.case_id = c.id and j.status = 'open')
          or exists (select from traceability_finding f where f.case_id = c.id and f.status = 'open'
                        and not exists (select from joined j where j.id = f.id)))
), reopened as (
  update traceability_case c
     set status = case when c.assigned_to_id is null then 'open' else 'assigned' end,
         outcome = '', outcome_reason = '', closed_at = null
    from again a where c.id = a.id
  returning c.id
), told as (
  insert into traceability_caseentry (case_id, kind, at, text, attachment_name, attachment_digest)
  select id, 'reopened', %(at)s::timestamptz, '', '', '' from reopened
  returning case_id
)
select (select count(*) from opened) as opened, (select count(*) from told) as reopened
