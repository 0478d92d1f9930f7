"""The province-level divisions with their two authorities, the ministries, audit and operator."""

import csv
from pathlib import Path

from django.db import migrations

PROVINCES = Path(__file__).parent.parent / "fixtures" / "provinces.csv"
# The measures give the competent authorities of the mainland's divisions their duties.
WITHOUT_AUTHORITIES = {"710000", "810000", "820000"}
MINISTRIES = [
    ("MIIT", "Ministry of Industry and Information Technology", "工业和信息化部"),
    ("NDRC", "National Development and Reform Commission", "国家发展和改革委员会"),
    ("MNR", "Ministry of Natural Resources", "自然资源部"),
]
DEPARTMENTS = [
    ("industry", "{} Department of Industry and Information Technology", "{}工业和信息化厅"),
    ("natural_resources", "{} Department of Natural Resources", "{}自然资源厅"),
]
SYSTEM = "system"


def load(apps, schema_editor):
    """Write regions, organisations, and the account in whose name the portal itself acts."""
    region = apps.get_model("accounts", "Region")
    organisation = apps.get_model("accounts", "Organisation")
    with PROVINCES.open(encoding="utf-8-sig", newline="") as lines:
        provinces = [
            region(code=row["code"], level=1, name_en=row["name_en"], name_zh=row["name_zh"])
            for row in csv.DictReader(lines)
        ]
    region.objects.bulk_create(provinces)
    organisation.objects.bulk_create(
        organisation(kind="ministry", ministry=code, name_en=name_en, name_zh=name_zh)
        for code, name_en, name_zh in MINISTRIES
    )
    organisation.objects.bulk_create(
        organisation(
            kind="authority",
            department=department,
            region=province,
            name_en=name_en.format(province.name_en),
            name_zh=name_zh.format(province.name_zh),
        )
        for province in provinces
        if province.code not in WITHOUT_AUTHORITIES
        for department, name_en, name_zh in DEPARTMENTS
    )
    organisation.objects.create(kind="audit", name_en="Audit Office", name_zh="审计组")
    operator = organisation.objects.create(
        kind="operator", name_en="Operator of the portal", name_zh="平台运行单位"
    )
    apps.get_model("accounts", "User").objects.create(
        username=SYSTEM,
        password="!",
        email="",
        full_name="系统",
        organisation=operator,
        role="administrator",
        is_active=False,
    )


def unload(apps, schema_editor):
    """Empty the tables again."""
    apps.get_model("accounts", "User").objects.filter(username=SYSTEM).delete()
    apps.get_model("accounts", "Organisation").objects.all().delete()
    apps.get_model("accounts", "Region").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
