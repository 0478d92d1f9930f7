"""What buyers and sellers say of shipments; a shipment itself is derived and kept nowhere."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from portal.kernel.fields import KgField

PROTECT = django.db.models.deletion.PROTECT
DO_NOTHING = django.db.models.deletion.DO_NOTHING
VERDICTS = [
    ("accepted", "accepted"),
    ("part_refused", "refused in part"),
    ("never_came", "never came"),
    ("withdrawn", "taken back"),
]
RULINGS = [
    ("upheld", "upheld: the buyer's figure stands"),
    ("dismissed", "dismissed: the seller's figure stands"),
]


def one_of(model, **options):
    options = {"on_delete": PROTECT, "related_name": "+"} | options
    return models.ForeignKey(to=model, **options)


def number():
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0012_amendment_reasons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Shipment",
            fields=[
                ("key", models.CharField(max_length=400, primary_key=True, serialize=False)),
                ("seller", one_of("enterprises.enterprise", on_delete=DO_NOTHING)),
                ("buyer", one_of("enterprises.enterprise", on_delete=DO_NOTHING)),
                ("lot", one_of("traceability.lot", on_delete=DO_NOTHING)),
                ("document", models.CharField(max_length=60, verbose_name="document")),
                ("filed_document", models.CharField(max_length=60, verbose_name="document")),
                ("sold_kg", KgField(null=True, verbose_name="sold, kg")),
                ("sold_from", models.DateField(null=True, verbose_name="first sent on")),
                ("sold_to", models.DateField(null=True, verbose_name="sent on")),
                ("bought_kg", KgField(null=True, verbose_name="bought, kg")),
                ("bought_from", models.DateField(null=True)),
                ("bought_to", models.DateField(null=True)),
                ("recorded_kg", KgField(null=True)),
                ("verdict", models.CharField(max_length=12, null=True)),
                ("received_kg", KgField(null=True, verbose_name="received, kg")),
                ("answered_kg", KgField(null=True)),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                ("ruling", models.CharField(max_length=9, null=True)),
                ("state", models.CharField(max_length=10, verbose_name="state")),
            ],
            options={
                "db_table": "traceability_shipment",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ShipmentAnswer",
            fields=[
                ("id", number()),
                ("seller", one_of("enterprises.enterprise", db_index=False)),
                ("buyer", one_of("enterprises.enterprise", db_index=False)),
                ("lot", one_of("traceability.lot")),
                ("document", models.CharField(max_length=60, verbose_name="document")),
                (
                    "verdict",
                    models.CharField(choices=VERDICTS, max_length=12, verbose_name="answer"),
                ),
                ("sold_kg", KgField(verbose_name="sold, gross kg")),
                ("sold_on", models.DateField(verbose_name="sent on")),
                ("received_kg", KgField(verbose_name="received, gross kg")),
                ("arrived_on", models.DateField(blank=True, null=True, verbose_name="arrived on")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("by", one_of(settings.AUTH_USER_MODEL)),
                ("at", models.DateTimeField(verbose_name="said at")),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(verdict__in=["accepted", "part_refused"], received_kg__gt=0)
                        | Q(verdict__in=["never_came", "withdrawn"], received_kg=0),
                        name="shipment_answer_received",
                    ),
                    models.CheckConstraint(
                        condition=Q(verdict__in=["accepted", "withdrawn"]) | ~Q(reason=""),
                        name="shipment_answer_reason",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["buyer", "at"], name="shipment_answer_buyer"),
                    models.Index(fields=["seller", "at"], name="shipment_answer_seller"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShipmentRemark",
            fields=[
                ("id", number()),
                ("answer", one_of("traceability.shipmentanswer", related_name="remarks")),
                ("text", models.CharField(max_length=1000, verbose_name="text")),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=RULINGS,
                        default="",
                        max_length=9,
                        verbose_name="ruling",
                    ),
                ),
                ("by", one_of(settings.AUTH_USER_MODEL)),
                ("at", models.DateTimeField(verbose_name="written at")),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=~Q(ruling=""),
                        fields=["answer"],
                        name="shipment_remark_one_ruling",
                    )
                ],
            },
        ),
    ]
