"""The directory over the API."""

import pytest
from django.urls import reverse

from tests.cast import make_enterprise

pytestmark = pytest.mark.django_db

LIST = ("api:enterprises", "api:designations")


@pytest.fixture
def get(request, client):
    """Asks as somebody of the cast; the answer's JSON and status."""

    def ask(who: str, name: str, *args: object, **asked: str) -> tuple[int, dict]:
        client.force_login(request.getfixturevalue(who))
        answer = client.get(reverse(name, args=args), asked)
        return answer.status_code, answer.json()

    return ask


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("viewer", {"Northern", "Southern", "Outsider"}),
        ("auditor", {"Northern", "Southern", "Outsider"}),
        ("recipient", {"Northern"}),
        ("southern_filer", {"Southern"}),
    ],
)
def test_enterprises_are_those_one_may_see(get, northern, southern, outsider, who, seen):
    status, answer = get(who, "api:enterprises")

    assert status == 200
    assert {each["name_en"] for each in answer["results"]} == seen
    assert answer["count"] == len(seen)


@pytest.mark.parametrize("name", LIST)
def test_an_administrator_has_no_business_here(get, northern, name):
    assert get("administrator", name)[0] == 403


@pytest.mark.parametrize("name", LIST)
def test_a_stranger_is_refused(client, name):
    assert client.get(reverse(name)).status_code == 401


@pytest.mark.parametrize("name", LIST)
def test_nothing_is_written(client, drafter, name):
    client.force_login(drafter)

    assert client.post(reverse(name), {}).status_code == 405


def test_an_enterprise_is_found_by_its_code(get, northern, baotou):
    status, answer = get("filer", "api:enterprise", northern.uscc)

    assert status == 200
    assert answer["designated"] is True
    assert answer["group"] is None
    assert answer["region"] == {"code": "150200", "name_zh": "包头市", "name_en": "Baotou"}
    assert [held["activity"] for held in answer["designations"]] == ["mining", "separation"]


@pytest.mark.parametrize(("who", "status"), [("southern_filer", 404), ("other_recipient", 404)])
def test_a_strangers_enterprise_is_not_found(get, northern, southern, who, status):
    assert get(who, "api:enterprise", northern.uscc)[0] == status


def test_enterprises_are_filtered_and_paged(get, northern, southern, outsider):
    _status, found = get("viewer", "api:enterprises", activity="separation", limit="1")

    assert (found["count"], len(found["results"])) == (2, 1)
    assert get("viewer", "api:enterprises", designated="no")[1]["count"] == 1


def test_designations_are_public_and_of_a_day(get, northern, southern):
    assert get("filer", "api:designations")[1]["count"] == 3
    assert get("filer", "api:designations", on="2023-12-31")[1]["count"] == 0


def test_a_list_asks_the_same_number_of_questions_however_long_it_is(
    client, viewer, baotou, django_assert_max_num_queries
):
    group = make_enterprise("Group", baotou, is_group=True)
    for number in range(20):
        make_enterprise(f"Mine {number}", baotou, "mining", parent=group)
    client.force_login(viewer)

    with django_assert_max_num_queries(10):
        answer = client.get(reverse("api:enterprises")).json()

    assert {each["group"] for each in answer["results"]} == {None, group.uscc}


@pytest.mark.parametrize("name", ["api:schema", "api:docs"])
def test_the_description_of_the_api_is_for_everyone_with_an_account(client, administrator, name):
    assert client.get(reverse(name)).status_code == 401

    client.force_login(administrator)

    assert client.get(reverse(name)).status_code == 200
