"""Public holidays of 2025 and 2026, and the first values of the settings.

The days are entered from general knowledge, without the number of the notice they were set by: an
official checks them against it and enters the number.
"""

from datetime import date, timedelta

from django.db import migrations

SINCE = date(2012, 1, 1)
PARAMETERS = {"cooling_off_working_days": 1, "acknowledge_within_working_days": 3}
# First and last free day, names; then the weekend days that are worked in exchange.
FREE = (
    ("2025-01-01", "2025-01-01", "New Year", "元旦"),
    ("2025-01-28", "2025-02-04", "Spring Festival", "春节"),
    ("2025-04-04", "2025-04-06", "Tomb-Sweeping Day", "清明节"),
    ("2025-05-01", "2025-05-05", "Labour Day", "劳动节"),
    ("2025-05-31", "2025-06-02", "Dragon Boat Festival", "端午节"),
    ("2025-10-01", "2025-10-08", "National Day and Mid-Autumn Festival", "国庆节、中秋节"),
    ("2026-01-01", "2026-01-03", "New Year", "元旦"),
    ("2026-02-15", "2026-02-23", "Spring Festival", "春节"),
    ("2026-04-04", "2026-04-06", "Tomb-Sweeping Day", "清明节"),
    ("2026-05-01", "2026-05-05", "Labour Day", "劳动节"),
    ("2026-06-19", "2026-06-21", "Dragon Boat Festival", "端午节"),
    ("2026-09-25", "2026-09-27", "Mid-Autumn Festival", "中秋节"),
    ("2026-10-01", "2026-10-07", "National Day", "国庆节"),
)
WORKED = (
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
)  # fmt: skip


def enter(apps, schema_editor):
    holiday = apps.get_model("kernel", "Holiday")
    for first, last, name_en, name_zh in FREE:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
        for n in range((end - begin).days + 1):
            holiday.objects.create(
                day=begin + timedelta(days=n), is_working=False, name_en=name_en, name_zh=name_zh
            )
    for day in WORKED:
        holiday.objects.create(
            day=date.fromisoformat(day),
            is_working=True,
            name_en="Make-up working day",
            name_zh="调休上班",
        )
    parameter = apps.get_model("kernel", "Parameter")
    for name, value in PARAMETERS.items():
        parameter.objects.create(name=name, value=value, from_day=SINCE)


def leave(apps, schema_editor):
    apps.get_model("kernel", "Holiday").objects.all().delete()
    apps.get_model("kernel", "Parameter").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_calendar_and_parameters")]
    operations = [
        migrations.RunPython(enter, leave),
    ]
