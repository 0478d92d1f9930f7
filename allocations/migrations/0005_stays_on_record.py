"""What was said, sent, opened and assessed stays on record as it was."""

from django.db import migrations

APPEND_ONLY = (
    "stop",
    "opening",
    "outdating",
    "reminder",
    "eligibility",
    "assessment",
    "officialnotice",
)
# Table, the columns that are written once afterwards, and the column that tells whether they were.
ANSWERED_ONCE = (
    ("linecomment", ("settled_by_id", "settled_at"), "settled_at"),
    ("copyquery", ("answered_by_id", "answered_at", "answer"), "answered_at"),
)


def _append_only(table: str) -> tuple[str, str]:
    name = f"allocations_{table}"
    return (
        f"create trigger {table}_append_only before update or delete on {name}"
        " for each row execute function kernel_refuse_change();"
        f"create trigger {table}_no_truncate before truncate on {name}"
        " for each statement execute function kernel_refuse_change();",
        f"drop trigger {table}_no_truncate on {name}; drop trigger {table}_append_only on {name};",
    )


def _answered_once(table: str, columns: tuple[str, ...], told_by: str) -> tuple[str, str]:
    name = f"allocations_{table}"
    less = " - ".join(f"'{column}'" for column in columns)
    return (
        f"""
        create function {name}_guard() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and old.{told_by} is null
               and (to_jsonb(new) - {less}) = (to_jsonb(old) - {less}) then
                return new;
            end if;
            raise exception 'what was said stays as it was said' using errcode = 'RE001';
        end $$;
        create trigger {table}_guard before update or delete on {name}
            for each row execute function {name}_guard();
        create trigger {table}_no_truncate before truncate on {name}
            for each statement execute function kernel_refuse_change();
        """,
        f"drop trigger {table}_no_truncate on {name}; drop trigger {table}_guard on {name};"
        f" drop function {name}_guard();",
    )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0004_decisions_in_full")]
    operations = [
        migrations.RunSQL(*statements)
        for statements in (
            *(_append_only(table) for table in APPEND_ONLY),
            *(_answered_once(*answered) for answered in ANSWERED_ONCE),
        )
    ]
