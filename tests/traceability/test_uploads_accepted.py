"""A file put in the place of a draft leaves what was accepted from the inbox."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.kernel.period import Month
from tests.traceability.ledger import file, sale
from traceability.models import Filing
from traceability.queries.shipments import Days, shipments_to
from traceability.rules.shipments import NEITHER, Answer
from traceability.services.shipments import accept_shipment
from traceability.services.uploads import receive_upload, work_upload

pytestmark = pytest.mark.django_db
HEADER = "kind,date,lot,lot_maker,product,gross_kg,reo_percent,counterparty,document\n"
MINED = "extraction,2025-02-03,S-1,,ORE-MIX,1000,60,,\n"


@pytest.fixture
def accepted(northern: Any, southern: Any, southern_filer: Any, noon: Any) -> Filing:
    """Southern's draft, in which 1,000 kg stand that it accepted from Northern."""
    file(northern, "2025-02", sale(10, "A", "1000", southern, "INV1"))
    today = date(2025, 3, 5)
    shipment = shipments_to(southern, Days.up_to(today), today=today).get()
    accept_shipment(
        key=shipment.named,
        answer=Answer(Decimal(1000), date(2025, 2, 12)),
        seen_kg=Decimal(1000),
        if_closed=NEITHER,
        by=southern_filer,
        at=noon,
    )
    return Filing.objects.get(enterprise=southern, month="2025-02")


@pytest.mark.parametrize("keep_right", [False, True])
@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ("", ["extraction", "purchase"]),
        ("purchase,2025-02-11,A,{maker},,990,,{maker}, inv1\n", ["extraction", "purchase"]),
        (
            "purchase,2025-02-11,A,{maker},,990,,{maker},INV2\n",
            ["extraction", "purchase", "purchase"],
        ),
    ],
)
def test_a_file_in_place_of_a_draft_leaves_what_was_accepted(
    accepted, northern, southern, southern_filer, noon, told, kinds, keep_right
):
    content = (HEADER + MINED + told.format(maker=northern.uscc)).encode()
    upload = receive_upload(
        enterprise=southern,
        month=Month(2025, 2),
        file_name="february.csv",
        content=content,
        keep_right=keep_right,
        by=southern_filer,
        at=noon,
    )

    done = work_upload(upload=upload, at=noon)

    draft = Filing.objects.get(pk=accepted.pk)
    assert done.state == "accepted", done.errors
    assert sorted(draft.records.values_list("kind", flat=True)) == kinds
    assert draft.record_count == len(kinds)
    stated = draft.records.get(kind="purchase", document__iregex="inv1").gross_kg
    assert stated == (990 if "inv1" in told else 1000)
