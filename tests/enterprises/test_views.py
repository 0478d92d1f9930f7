"""The pages of the directory: who opens them, what they show, what they do."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from enterprises.models import Designation, Enterprise
from portal.accounts.models import Organisation
from tests.cast import make_enterprise, make_uscc, make_user

pytestmark = pytest.mark.django_db

ALL = (
    "drafter",
    "ndrc_drafter",
    "signatory",
    "supervisor",
    "viewer",
    "recipient",
    "other_recipient",
    "filer",
    "attester",
    "southern_filer",
    "auditor",
    "administrator",
)
NATIONAL = {"drafter", "ndrc_drafter", "signatory", "supervisor", "viewer", "auditor"}
AUTHORITIES = {"recipient", "other_recipient"}


@pytest.fixture
def ndrc_drafter(db):
    """Drafts for NDRC, which keeps the directory but no designations."""
    return make_user(Organisation.objects.get(ministry="NDRC"), "drafter")


@pytest.fixture
def signed_in(request, client: Client):
    """Signs somebody of the cast in, by name; pages come in English."""

    def sign_in(who: str) -> Client:
        user = request.getfixturevalue(who)
        user.language = "en"
        user.save(update_fields=["language"])
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


@pytest.fixture
def addresses(northern: Enterprise) -> dict[str, str]:
    """The address of every page, those of one enterprise for Northern."""
    designation = northern.designations.first()
    return {
        "enterprise_list": reverse("enterprises:enterprise_list"),
        "group_list": reverse("enterprises:group_list"),
        "designation_list": reverse("enterprises:designation_list"),
        "enterprise_add": reverse("enterprises:enterprise_add"),
        "partner_register": reverse("enterprises:partner_register"),
        "enterprise_detail": reverse("enterprises:enterprise_detail", args=[northern.pk]),
        "enterprise_change": reverse("enterprises:enterprise_change", args=[northern.pk]),
        "site_add": reverse("enterprises:site_add", args=[northern.pk]),
        "designation_add": reverse("enterprises:designation_add", args=[northern.pk]),
        "designation_end": reverse("enterprises:designation_end", args=[designation.pk]),
    }


STRANGERS = {"other_recipient", "southern_filer"}
OPENS = {
    "enterprise_list": NATIONAL | AUTHORITIES,
    "group_list": NATIONAL | AUTHORITIES,
    "designation_list": set(ALL) - {"administrator"},
    "enterprise_add": {"drafter", "ndrc_drafter"},
    "partner_register": {"filer", "southern_filer"},
    "enterprise_detail": NATIONAL | {"recipient", "filer", "attester"},
    "enterprise_change": {"drafter", "ndrc_drafter"},
    "site_add": {"drafter", "ndrc_drafter"},
    "designation_add": {"drafter"},
    "designation_end": {"drafter"},
}


@pytest.mark.parametrize("who", ALL)
def test_who_opens_what(signed_in, southern, addresses, who):
    client = signed_in(who)

    answers = {name: client.get(url).status_code for name, url in addresses.items()}

    expected = {
        name: 200
        if who in OPENS[name]
        else 404
        if name == "enterprise_detail" and who in STRANGERS
        else 403
        for name in addresses
    }
    assert answers == expected


def test_nobody_opens_anything_without_an_account(client, addresses):
    answers = {client.get(url).status_code for url in addresses.values()}

    assert answers == {302}


# --- lists ---------------------------------------------------------------------------------------
def names_on(answer) -> set[str]:
    """Which of the cast's enterprises a page names."""
    text = answer.content.decode()
    return {name for name in ("Northern", "Southern", "Outsider") if f">{name}</a>" in text}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", {"Northern", "Southern", "Outsider"}),
        ("search=north", {"Northern"}),
        ("search=Southern公司", {"Southern"}),
        ("search={uscc}", {"Southern"}),
        ("region=360000", {"Southern", "Outsider"}),
        ("activity=separation", {"Northern", "Southern"}),
        ("activity=none", {"Outsider"}),
        ("designated=no", {"Outsider"}),
        ("designated=yes&region=150000", {"Northern"}),
        ("sort=-uscc", {"Northern", "Southern", "Outsider"}),
        ("activity=digging", {"Northern", "Southern", "Outsider"}),
    ],
)
def test_the_directory_is_searched_and_filtered(
    signed_in, northern, southern, outsider, asked, names
):
    url = reverse("enterprises:enterprise_list")

    answer = signed_in("viewer").get(f"{url}?{asked.format(uscc=southern.uscc)}")

    assert (answer.status_code, names_on(answer)) == (200, names)


def test_the_directory_is_filtered_by_group(signed_in, northern, southern, baotou):
    group = make_enterprise("Group", baotou, is_group=True)
    Enterprise.objects.filter(pk=northern.pk).update(parent=group)

    answer = signed_in("viewer").get(reverse("enterprises:enterprise_list") + f"?group={group.pk}")

    assert names_on(answer) == {"Northern"}


def test_the_directory_asks_the_same_number_of_questions_however_long_it_is(
    signed_in, baotou, django_assert_max_num_queries
):
    for number in range(30):
        make_enterprise(f"Mine {number}", baotou, "mining")
    client = signed_in("viewer")

    with django_assert_max_num_queries(16):
        answer = client.get(reverse("enterprises:enterprise_list"))

    assert "31" not in answer.content.decode().split("rows</span>")[0][-5:]


def test_the_directory_is_exported_with_both_names(signed_in, northern, southern):
    answer = signed_in("viewer").get(
        reverse("enterprises:enterprise_list") + "?export=csv&search=north"
    )

    header, row, *rest = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert header.startswith("Chinese name,English name,Unified social credit code")
    assert row.startswith(f"Northern公司,Northern,{northern.uscc},Baotou")
    assert not rest


@pytest.mark.parametrize(
    ("on", "count"), [("2023-12-31", 0), ("2024-01-01", 3), ("", 3), ("2025-13-01", 3)]
)
def test_the_list_of_designated_enterprises_is_of_a_day(signed_in, northern, southern, on, count):
    answer = signed_in("filer").get(reverse("enterprises:designation_list") + f"?on={on}")

    assert answer.status_code == 200
    assert answer.content.decode().count("MIIT list 2025") == count


def test_the_list_of_designated_enterprises_links_only_what_one_may_open(
    signed_in, northern, southern
):
    answer = signed_in("filer").get(reverse("enterprises:designation_list"))

    text = answer.content.decode()
    assert northern.get_absolute_url() in text
    assert "Southern" in text
    assert southern.get_absolute_url() not in text


# --- one enterprise ------------------------------------------------------------------------------
def test_an_enterprises_page_tells_what_is_on_record(
    signed_in, northern, django_assert_max_num_queries
):
    client = signed_in("filer")

    with django_assert_max_num_queries(17):
        answer = client.get(northern.get_absolute_url())

    text = answer.content.decode()
    assert northern.uscc in text
    assert "mining, smelting and separation" in text
    assert text.count("MIIT list 2025") == 2
    assert "Inner Mongolia › Baotou" in text


def test_an_enterprises_page_warns_of_an_activity_without_a_designation(
    signed_in, northern, baotou
):
    enterprise = make_enterprise("Recycler", baotou, "separation", "recycling")
    client = signed_in("viewer")

    warned = [
        "for which no designation is in force today"
        in client.get(each.get_absolute_url()).content.decode()
        for each in (enterprise, northern)
    ]

    assert warned == [True, False]


def test_a_drafter_enters_an_enterprise(signed_in, baotou):
    client = signed_in("drafter")
    facts = {
        "uscc": (uscc := make_uscc()).lower()[:9] + " " + uscc[9:],
        "name_zh": "新矿",
        "name_en": "New Mine",
        "region": baotou.pk,
        "activities": ["mining"],
        "files_from": "2025-03",
    }

    answer = client.post(reverse("enterprises:enterprise_add"), facts)

    enterprise = Enterprise.objects.get(uscc=uscc)
    assert (answer.status_code, answer.url) == (302, enterprise.get_absolute_url())
    assert str(enterprise.files_from) == "2025-03"


@pytest.mark.parametrize(
    ("uscc", "told"),
    [
        ("9115020012345", "has 18 characters; this one has 13"),
        ("91150200F8MGMB4C0I", "this one has I"),
        ("91150200F8MGMB4C0M", "is mistyped"),
        ("", "needs its unified social credit code"),
    ],
)
def test_a_wrong_code_is_told_in_the_summary_and_beside_the_field(signed_in, baotou, uscc, told):
    facts = {"uscc": uscc, "name_zh": "新矿", "region": baotou.pk, "activities": ["mining"]}

    answer = signed_in("drafter").post(reverse("enterprises:enterprise_add"), facts)

    assert answer.status_code == 422
    assert answer.content.decode().count(told) == 2
    assert not Enterprise.objects.exists()


def test_a_drafter_changes_an_enterprise(signed_in, northern, baotou):
    url = reverse("enterprises:enterprise_change", args=[northern.pk])
    facts = {
        "uscc": northern.uscc,
        "name_zh": "北方",
        "name_en": "North",
        "region": baotou.pk,
        "activities": ["mining", "separation", "trade"],
    }

    answer = signed_in("drafter").post(url, facts)

    northern.refresh_from_db()
    assert answer.status_code == 302
    assert northern.activities == ["mining", "separation", "trade"]


def test_a_drafter_adds_a_site(signed_in, northern, baotou):
    url = reverse("enterprises:site_add", args=[northern.pk])
    facts = {"name_zh": "矿坑", "name_en": "Pit", "region": baotou.pk, "activity": "mining"}

    answer = signed_in("drafter").post(url, facts, follow=True)

    assert "Pit" in answer.content.decode()


def test_a_drafter_designates_and_is_told_what_the_directory_does_not_list(signed_in, southern):
    url = reverse("enterprises:designation_add", args=[southern.pk])
    facts = {"activity": "mining", "valid_from": "2025-01-01", "document": "MIIT list 7"}

    answer = signed_in("drafter").post(url, facts, follow=True)

    text = answer.content.decode()
    assert "MIIT list 7" in text
    assert "The directory does not list mining among its activities" in text
    assert "Designated for mining, which the directory does not list" in text


def test_a_designation_that_overlaps_is_refused_on_the_form(signed_in, southern):
    url = reverse("enterprises:designation_add", args=[southern.pk])
    facts = {"activity": "separation", "valid_from": "2025-01-01", "document": "list"}

    answer = signed_in("drafter").post(url, facts)

    assert answer.status_code == 422
    assert answer.content.decode().count("has stood since 2024-01-01, without an end") == 2


def test_a_drafter_ends_a_designation(signed_in, southern):
    designation = southern.designations.get()
    url = reverse("enterprises:designation_end", args=[designation.pk])

    answer = signed_in("drafter").post(
        url, {"valid_to": "2025-06-30", "reason": "Closed by the province."}, follow=True
    )

    designation.refresh_from_db()
    assert designation.valid_to == date(2025, 6, 30)
    assert "Ended: Closed by the province." in answer.content.decode()
    assert Designation.objects.count() == 1


# --- trading partners ----------------------------------------------------------------------------
def test_a_filer_enters_a_trading_partner_whose_region_the_code_tells(signed_in, northern, baotou):
    url = reverse("enterprises:partner_register")
    uscc = make_uscc()

    answer = signed_in("filer").post(url, {"uscc": uscc, "name_zh": "新买家"}, follow=True)

    partner = Enterprise.objects.get(uscc=uscc)
    assert partner.region_id == "150000"
    assert not partner.files
    assert f"新买家 ({uscc}) is on record" in answer.content.decode()


def test_a_trading_partner_on_record_needs_no_entering(signed_in, northern, southern):
    url = reverse("enterprises:partner_register")

    answer = signed_in("filer").post(url, {"uscc": southern.uscc, "name_zh": "谁"})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert f"{southern.uscc} is in the directory already: filings can name it as it is." in text
    assert "Southern" not in text
