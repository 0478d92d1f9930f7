"""Cap, use and what is left on an enterprise's page."""

from decimal import Decimal

import pytest
from django.urls import reverse

from allocations.services import AllocationEntry, CeilingEntry, transcribe_decision
from portal.accounts.queries import system_user
from portal.kernel import clock
from portal.kernel.period import Month
from traceability.models import CapUse

pytestmark = pytest.mark.django_db


@pytest.fixture
def present(monkeypatch, noon):
    """The clock stands at noon of 5 March 2025."""
    monkeypatch.setattr(clock, "now", lambda: noon)


@pytest.fixture
def used(northern, noon, present):
    """Northern may separate 100 t in 2025, and has separated 90."""
    transcribe_decision(
        year=2025,
        regime="total_control",
        kind="annual",
        document_no="1",
        approval_no="2",
        ceilings=[CeilingEntry("separation", Decimal(100_000))],
        allocations=[AllocationEntry(northern, "separation", Decimal(100_000))],
        by=system_user(),
        at=noon,
    )
    CapUse.objects.create(
        enterprise=northern, month=Month(2025, 1), category="separation", reo_kg=Decimal(90_000)
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("viewer", 200),
        ("recipient", 200),
        ("filer", 200),
        ("attester", 200),
        ("auditor", 200),
        ("other_recipient", 404),
        ("southern_filer", 404),
        ("administrator", 403),
    ],
)
def test_who_sees_how_an_enterprise_stands(request, client, northern, southern, who, status):
    client.force_login(request.getfixturevalue(who))

    answer = client.get(reverse("traceability:enterprise_use_fragment", args=[northern.pk]))

    assert answer.status_code == status


def test_cap_use_and_what_is_left_are_told(
    client, viewer, northern, used, django_assert_max_num_queries
):
    client.force_login(viewer)

    with django_assert_max_num_queries(12):
        answer = client.get(reverse("traceability:enterprise_use_fragment", args=[northern.pk]))

    text = answer.content.decode()
    assert all(told in text for told in (">2025<", "100.000", "90.000", "10.000", "90.0 %"))


def test_an_enterprise_without_cap_and_use_says_so(client, viewer, northern, present):
    client.force_login(viewer)
    client.cookies["django_language"] = "en"

    answer = client.get(reverse("traceability:enterprise_use_fragment", args=[northern.pk]))

    assert "No cap, and nothing counted against one." in answer.content.decode()
