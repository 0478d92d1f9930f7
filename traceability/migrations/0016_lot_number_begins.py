"""Lots are found by the beginning of their number, whatever its case."""

from django.db import migrations

FORWARD = """
create index lot_number_begins on traceability_lot (upper(number) text_pattern_ops);
"""
BACKWARD = "drop index lot_number_begins"


class Migration(migrations.Migration):
    dependencies = [("traceability", "0015_answers_stand")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
