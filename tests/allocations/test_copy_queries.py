"""What authorities ask about their copies."""

import pytest
from django.urls import reverse

from allocations import queries, services
from allocations.models import Copy, CopyQuery
from allocations.rules import NotTheirMinistry
from allocations.services.copy_queries import AnsweredAlready, NotTheirCopy
from portal.notices.models import Notice
from tests.cast import make_user


@pytest.fixture
def copy(issued, northern, recipient) -> Copy:
    """The province's copy."""
    decision = issued(("separation", "100"), (northern, "separation", "60"))
    return Copy.objects.get(decision=decision, recipient=recipient.organisation)


@pytest.fixture
def asked(copy, recipient, noon) -> CopyQuery:
    """The province has asked."""
    return services.ask_about_copy(copy=copy, text="Is 60 t right?", by=recipient, at=noon)


def test_ask_tells_who_answers(drafter, supervisor, signatory, asked):
    told = Notice.objects.filter(kind="query_asked")

    assert set(told.values_list("user", flat=True)) == {drafter.pk, supervisor.pk}
    assert "Is 60 t right?" in told[0].text


def test_ask_refuses_who_did_not_receive_it(copy, other_recipient, noon):
    with pytest.raises(NotTheirCopy):
        services.ask_about_copy(copy=copy, text="?", by=other_recipient, at=noon)

    assert not CopyQuery.objects.exists()


def test_answer_is_told_and_changes_no_number(asked, copy, recipient, drafter, later):
    services.answer_query(query=asked, answer="It is.", by=drafter, at=later)

    notice = Notice.objects.get(user=recipient, kind="query_answered")
    assert "It is." in notice.text
    assert queries.copy_digest(Copy.objects.get(pk=copy.pk).content) == copy.digest


def test_answer_refuses_a_second_answer(asked, drafter, later):
    services.answer_query(query=asked, answer="It is.", by=drafter, at=later)

    with pytest.raises(AnsweredAlready):
        services.answer_query(query=asked, answer="It is not.", by=drafter, at=later)

    assert CopyQuery.objects.get().answer == "It is."


def test_answer_refuses_a_ministry_that_does_not_answer(asked, ndrc_signatory, later):
    other = make_user(ndrc_signatory.organisation, "drafter")

    with pytest.raises(NotTheirMinistry):
        services.answer_query(query=asked, answer="It is.", by=other, at=later)


def test_queries_are_seen_by_ministries_and_their_own_branch(
    asked, viewer, recipient, other_recipient, filer
):
    assert list(queries.copy_queries_visible_to(viewer)) == [asked]
    assert list(queries.copy_queries_visible_to(recipient)) == [asked]
    assert not queries.copy_queries_visible_to(other_recipient).exists()
    assert not queries.copy_queries_visible_to(filer).exists()


def test_open_queries_come_first(asked, copy, recipient, drafter, viewer, noon, later):
    services.answer_query(query=asked, answer="It is.", by=drafter, at=later)
    second = services.ask_about_copy(copy=copy, text="And now?", by=recipient, at=later)

    assert list(queries.copy_queries_visible_to(viewer)) == [second, asked]


def test_copy_ask_by_page(signed_in, copy):
    client = signed_in("recipient")

    answer = client.post(reverse("allocations:copy_ask", args=[copy.pk]), {"text": "Why?"})

    assert answer.url == copy.get_absolute_url()
    assert "Why?" in client.get(answer.url).content.decode()


def test_copy_query_answer_by_page(signed_in, asked, copy):
    client = signed_in("supervisor")
    address = reverse("allocations:copy_query_answer", args=[asked.pk])
    assert "Is 60 t right?" in client.get(address).content.decode()

    answer = client.post(address, {"answer": "It is."})

    assert answer.url.startswith(copy.get_absolute_url())
    assert "It is." in client.get(copy.get_absolute_url()).content.decode()
    again = client.post(address, {"answer": "It is not."})
    assert again.status_code == 422


def test_copy_query_list_shows_what_waits(signed_in, asked, django_assert_max_num_queries):
    client = signed_in("viewer")

    with django_assert_max_num_queries(12):
        text = client.get(reverse("allocations:copy_query_list")).content.decode()

    assert "Is 60 t right?" in text


def test_copy_list_says_that_queries_wait(signed_in, asked):
    text = signed_in("drafter").get(reverse("allocations:copy_list")).content.decode()

    assert "1 query of an authority waits for an answer." in text
