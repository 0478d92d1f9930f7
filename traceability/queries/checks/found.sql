-- What the checks find, before it is put on record.
create temp table found (
    code text not null, version text not null, key text not null, severity text not null,
    enterprise_id bigint not null, counterparty_id bigint, month date, category text not null,
    lot_id bigint, run text not null, document text not null, amount_kg numeric(18, 3),
    arithmetic jsonb not null, weight smallint not null,
    primary key (code, key)
) on commit drop;
