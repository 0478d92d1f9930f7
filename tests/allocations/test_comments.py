"""Comments of the ministries, line by line."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from allocations import queries, rules, services
from allocations.models import Category, LineComment
from allocations.rules import LineKey
from portal.kernel import clock
from portal.kernel.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision(circulated, northern):
    """60 of 100 t for Northern, with the ministries."""
    return circulated(("separation", "100"), (northern, "separation", "60"))


@pytest.fixture
def line(northern) -> LineKey:
    return LineKey(northern.pk, "separation")


@pytest.fixture
def said(decision, line, mnr_signatory, noon) -> LineComment:
    """MNR doubts Northern's line."""
    return services.comment_line(
        decision=decision, line=line, text="Too much", by=mnr_signatory, at=noon
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("17|separation", LineKey(17, "separation")),
        ("|separation", LineKey(None, "separation")),
        ("", LineKey()),
        ("17|gold", LineKey()),
        ("x|separation", LineKey(None, "separation")),
    ],
)
def test_line_key_parse(text, line):
    assert LineKey.parse(text, Category.values) == line


def test_comment_line_goes_on_record_and_counts(decision, said, line, northern):
    assert (said.ministry, said.digest) == ("MNR", decision.content_digest)
    assert queries.comment_counts(decision) == {"made": 1, "open": 1}
    [counted] = queries.with_comment_counts(decision.allocation_lines.all())
    assert counted.open_comments == 1
    assert AuditEvent.objects.first().facts["category"] == "separation"
    decision.refresh_from_db()
    assert decision.status == "circulated"


def test_an_answer_belongs_to_the_line_of_its_comment(decision, said, drafter, noon):
    first = services.comment_line(
        decision=decision, line=LineKey(), text="Why?", parent=said, by=drafter, at=noon
    )
    second = services.comment_line(
        decision=decision, line=LineKey(), text="Because", parent=first, by=drafter, at=noon
    )

    assert {first.parent, second.parent} == {said}
    assert (second.enterprise, second.category) == (said.enterprise, "separation")
    assert queries.comment_counts(decision)["made"] == 1


def test_comment_line_refuses_a_line_that_is_not_there(decision, southern, drafter, noon):
    for line in (LineKey(southern.pk, "separation"), LineKey(None, "mining_rock")):
        with pytest.raises(rules.NoSuchLine):
            services.comment_line(decision=decision, line=line, text="?", by=drafter, at=noon)

    assert not LineComment.objects.exists()


def test_comment_line_ends_with_the_issue(issued, northern, mnr_signatory, noon):
    decision = issued(("separation", "100"), (northern, "separation", "60"))

    with pytest.raises(rules.IssuedAlready):
        services.comment_line(
            decision=decision, line=LineKey(), text="Late", by=mnr_signatory, at=noon
        )


def test_settle_comment_by_its_ministry_or_the_drafter_once(
    said, ndrc_signatory, signatory, drafter, noon
):
    for stranger in (ndrc_signatory, signatory):
        with pytest.raises(rules.NotTheirComment):
            services.settle_comment(comment=said, by=stranger, at=noon)
    services.settle_comment(comment=said, by=drafter, at=noon)

    with pytest.raises(rules.SettledAlready):
        services.settle_comment(comment=said, by=drafter, at=noon)

    assert queries.comment_counts(said.decision) == {"made": 1, "open": 0}


def test_what_was_said_stays_as_it_was_said(said):
    with pytest.raises(DatabaseError), transaction.atomic():
        LineComment.objects.update(text="Just right")


def test_the_page_takes_a_comment_and_shows_it(signed_in, decision, line, monkeypatch, noon):
    monkeypatch.setattr(clock, "now", lambda: noon)
    url = f"{reverse('allocations:decision_comments', args=[decision.pk])}?line={line}"
    client = signed_in("mnr_signatory")

    client.post(url, {"text": "Too much"})
    answered = client.post(url, {"text": "Please check", "parent": LineComment.objects.get().pk})

    assert answered.status_code == 302
    text = signed_in("viewer").get(url).content.decode()
    for fact in ("Northern", "60.000", "Too much", "Please check", "MNR"):
        assert fact in text
    assert "Put on record" not in text


def test_only_those_who_take_part_comment(signed_in, decision):
    url = reverse("allocations:decision_comments", args=[decision.pk])

    assert signed_in("viewer").post(url, {"text": "me too"}).status_code == 403
    assert signed_in("mnr_signatory").post(url, {"text": ""}).status_code == 422


def test_the_page_in_few_queries(
    signed_in, decision, said, drafter, noon, django_assert_max_num_queries
):
    for _ in range(10):
        services.comment_line(
            decision=decision, line=LineKey(), text="More", parent=said, by=drafter, at=noon
        )
        services.comment_line(decision=decision, line=LineKey(), text="All", by=drafter, at=noon)
    client = signed_in("drafter")

    with django_assert_max_num_queries(14):
        client.get(reverse("allocations:decision_comments", args=[decision.pk]))
