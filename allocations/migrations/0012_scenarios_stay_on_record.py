"""Scenarios stay on record as they were saved."""

from django.db import migrations

TABLES = ("scenario", "scenarioshare", "promotion")


def _append_only(table: str) -> tuple[str, str]:
    name = f"allocations_{table}"
    return (
        f"create trigger {table}_append_only before update or delete on {name}"
        " for each row execute function kernel_refuse_change();"
        f"create trigger {table}_no_truncate before truncate on {name}"
        " for each statement execute function kernel_refuse_change();",
        f"drop trigger {table}_no_truncate on {name}; drop trigger {table}_append_only on {name};",
    )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0011_scenarios")]
    operations = [migrations.RunSQL(*_append_only(table)) for table in TABLES]
