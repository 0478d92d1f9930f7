-- The tables a file is read into; gone with the transaction.
create temp table intake_filing (
    no integer primary key,
    enterprise_id bigint not null,
    uscc text not null,
    month date not null,
    version integer not null,
    month_text text not null,      -- 2025-03
    version_text text not null,
    last_text text not null,       -- the month's last day, 2025-03-31
    until_text text not null,      -- no date after this day
    line integer not null,
    filing_id bigint,
    digest text
) on commit drop;
create temp table intake_row (
    filing_no integer,
    line integer not null,
    fault text,                    -- column:code:value of a line that can't be staged
    uscc text, month text, version text,
    kind text, date text, lot text, lot_maker text, product text, gross_kg text, reo_percent text,
    run text, counterparty text, document text, country text, assay text, note text,
    verb text,                     -- add, change, cancel; kept: of the draft as it stands
    own_line integer               -- the line of the record, where it is not simply counted
) on commit drop;
-- Lines of the draft that go.
create temp table intake_cancel (line integer not null, own_line integer not null) on commit drop;
create temp table intake_error (
    filing_no integer, line integer not null, column_name text not null, code text not null,
    value text
) on commit drop;
