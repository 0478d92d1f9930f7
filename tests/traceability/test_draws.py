"""Inspection draws: two people, frozen, drawn after a moment named, derived from a file alone."""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal.accounts.models import Region
from portal.kernel import clock
from portal.kernel.errors import Refusal
from portal.kernel.models import AuditEvent
from tests.cast import make_designated, make_user
from traceability.forms.draws import CommitForm, DrawForm
from traceability.models import Case, Draw, DrawCandidate, DrawnEnterprise, Finding, Inspection
from traceability.queries.draws import candidates_for, draws_visible_to, published, sample_of
from traceability.rules import drawing
from traceability.rules.draws import (
    LEAST_WORDS,
    DrawStands,
    Factors,
    NobodyToDraw,
    SecondOfficial,
    Signs,
    TooSoon,
    VisitUnfit,
    WordsUnfit,
    findings_weighed,
    weight_of,
)
from traceability.services import draws as services

pytestmark = pytest.mark.django_db
WORDS = "seven quiet magpies on a roof"
SALT = "5a" * 32
FACTORS = Factors(2, 2, 1)


@pytest.fixture
def second(miit):
    """Another supervisor of MIIT."""
    return make_user(miit, "supervisor")


@pytest.fixture
def plants(northern, southern, ganzhou):
    """Northern, Southern and four more in Ganzhou."""
    more = [make_designated(f"Plant {n}", ganzhou, "separation") for n in range(4)]
    return [northern, southern, *more]


@pytest.fixture
def draft(plants, supervisor, noon) -> Draw:
    return services.draft_draw(
        title="First quarter",
        year=2025,
        quarter=1,
        province=None,
        activity="",
        strata="province",
        size=3,
        factors=FACTORS,
        by=supervisor,
        at=noon,
    )


def commit(draw: Draw, by, at, **changed) -> Draw:
    told = {"words": WORDS, "salt": SALT, "draws_after": at + timedelta(hours=1)} | changed
    return services.commit_draw(draw=draw, by=by, at=at, **told)


@pytest.fixture
def committed(draft, second, noon) -> Draw:
    return commit(draft, second, noon)


@pytest.fixture
def sampled(committed, second, noon) -> Draw:
    return services.draw_sample(
        draw=committed, words=WORDS, by=second, at=noon + timedelta(hours=2)
    )


# --- weights -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("signs", "weight"),
    [
        (Signs(None, 0, Decimal(0)), 100),  # not enough data is no blame
        (Signs(Decimal(100), 0, Decimal(0)), 100),
        (Signs(Decimal("40.5"), 0, Decimal(0)), 100 + 2 * 59),
        (Signs(Decimal(100), 26, Decimal(500)), 100 + 2 * 26 + 50),
        (Signs(Decimal(0), 100, Decimal(1000)), 100 + 200 + 200 + 100),
    ],
)
def test_weight_of(signs, weight):
    assert weight_of(signs, FACTORS, largest_kg=Decimal(1000)) == weight


def test_findings_weighed_has_an_end():
    assert findings_weighed({}) == 0
    assert findings_weighed({"high": 1, "medium": 1, "low": 1}) == 28
    assert findings_weighed({"high": 50}) == 100


# --- the four steps ------------------------------------------------------------------------------
def test_commit_freezes_the_population_and_publishes_digests(draft, second, plants, noon):
    committed = commit(draft, second, noon)

    assert committed.status == "committed"
    assert committed.candidates.count() == len(plants)
    assert committed.words == ""
    event = AuditEvent.objects.get(action="draw.committed")
    assert event.facts["words_sha256"] == hashlib.sha256(WORDS.encode()).hexdigest()
    assert event.facts["salt_sha256"] == hashlib.sha256(SALT.encode()).hexdigest()
    assert event.facts["population_sha256"] == committed.population_digest
    told = published(committed)
    assert not {"salt", "words", "seed"} & set(told)
    assert WORDS not in json.dumps(told)
    assert SALT not in json.dumps(told)


def test_who_drafted_does_not_commit(draft, supervisor, noon):
    with pytest.raises(SecondOfficial):
        commit(draft, supervisor, noon)

    assert not DrawCandidate.objects.exists()


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"words": "too short"}, WordsUnfit),
        ({"draws_after": timedelta(minutes=9)}, TooSoon),
        ({"draws_after": timedelta(days=-1)}, TooSoon),
    ],
)
def test_commit_refuses(draft, second, noon, changed, refusal):
    if "draws_after" in changed:
        changed = {"draws_after": noon + changed["draws_after"]}

    with pytest.raises(refusal):
        commit(draft, second, noon, **changed)

    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_sample_leaves_a_choice(plants, supervisor, second, noon):
    draw = services.draft_draw(
        title="All",
        year=2025,
        quarter=1,
        province=None,
        activity="mining",
        strata="none",
        size=1,
        factors=FACTORS,
        by=supervisor,
        at=noon,
    )

    with pytest.raises(NobodyToDraw):  # only Northern mines
        commit(draw, second, noon)


def test_the_sample_is_not_drawn_before_its_moment(committed, second, noon):
    for early in (timedelta(minutes=59), timedelta(minutes=64)):
        with pytest.raises(TooSoon):
            services.draw_sample(draw=committed, words=WORDS, by=second, at=noon + early)

    assert not DrawnEnterprise.objects.exists()


def test_the_sample_needs_the_words_that_were_committed(committed, second, noon):
    with pytest.raises(WordsUnfit):
        services.draw_sample(
            draw=committed, words=WORDS + "!", by=second, at=noon + timedelta(hours=2)
        )


def test_anyone_derives_the_sample_from_the_file_alone(sampled):
    told = json.loads(json.dumps(published(sampled)))

    assert [name for name, is_so in drawing.checked(told) if not is_so] == []
    assert len(told["drawn"]) == 3
    assert sampled.status == "drawn"
    event = AuditEvent.objects.get(action="draw.drawn")
    assert event.facts["drawn"] == told["drawn"]
    assert event.facts["seed"] == told["seed"]


def test_the_public_value_is_the_trail_before_the_moment(committed, second, supervisor, noon):
    before = AuditEvent.objects.order_by("-id").first()
    # What happens after the moment named changes nothing.
    services.draft_draw(
        title="Later",
        year=2025,
        quarter=2,
        province=None,
        activity="",
        strata="none",
        size=1,
        factors=FACTORS,
        by=supervisor,
        at=noon + timedelta(hours=1),
    )

    drawn = services.draw_sample(
        draw=committed, words=WORDS, by=second, at=noon + timedelta(hours=3)
    )

    assert (drawn.public_event, drawn.public_digest) == (before.pk, before.digest)


def test_steps_are_taken_once_and_in_order(sampled, draft, second, noon):
    with pytest.raises(DrawStands):
        commit(draft, second, noon)
    with pytest.raises(DrawStands):
        services.draw_sample(draw=sampled, words=WORDS, by=second, at=noon + timedelta(hours=9))


def test_a_committed_draw_that_is_given_up_stays_with_its_reason(committed, second, noon):
    closed = services.close_draw(draw=committed, reason="words lost", by=second, at=noon)

    assert (closed.status, closed.closing) == ("closed", "words lost")
    with pytest.raises(DrawStands):
        services.draw_sample(draw=closed, words=WORDS, by=second, at=noon + timedelta(hours=2))


# --- the database --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "changed",
    [{"size": 1}, {"salt": "00" * 32}, {"words_digest": "0" * 64}, {"draws_after": None}],
)
def test_the_database_keeps_a_committed_draw(committed, changed):
    with pytest.raises(DatabaseError, match="only goes on"), transaction.atomic():
        Draw.objects.filter(pk=committed.pk).update(**changed)


def test_the_database_keeps_population_sample_and_status(sampled):
    candidate = sampled.candidates.first()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DrawnEnterprise.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DrawnEnterprise.objects.update(place=9)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DrawCandidate.objects.filter(pk=candidate.pk).update(weight=9)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Draw.objects.filter(pk=sampled.pk)._raw_delete("default")
    with pytest.raises(DatabaseError, match="only goes on"), transaction.atomic():
        Draw.objects.filter(pk=sampled.pk).update(status="committed")
    with pytest.raises(DatabaseError, match="has gone on"), transaction.atomic():
        DrawCandidate.objects.create(
            draw=sampled,
            enterprise=candidate.enterprise,
            code="X",
            stratum="all",
            weight=1,
            quantity_kg=0,
        )


# --- signs of risk -------------------------------------------------------------------------------
def test_open_findings_make_an_enterprise_heavier(draft, northern, southern, noon):
    Finding.objects.create(
        code="over_cap",
        key="x",
        year=2025,
        severity="high",
        enterprise=northern,
        rule_version="1",
        first_seen=noon.date(),
        last_seen=noon.date(),
    )

    weights = {each.enterprise: each for each in candidates_for(draft, today=noon.date())}

    assert weights[northern].weight == weights[southern].weight + 40
    assert weights[northern].stratum == "150000"
    assert weights[northern].points is None


def test_queries_do_not_grow_with_the_population(
    draft, noon, ganzhou, django_assert_max_num_queries
):
    for number in range(20):
        make_designated(f"More {number}", ganzhou, "separation")

    with django_assert_max_num_queries(20):
        assert len(candidates_for(draft, today=noon.date())) == 26


# --- results -------------------------------------------------------------------------------------
def test_results_are_recorded_and_the_latest_counts(sampled, second, noon):
    drawn = sampled.drawn.first()
    enterprise = drawn.candidate.enterprise
    case = Case.objects.create(year=2025, enterprise=enterprise, topic="caps", opened_at=noon)
    late = noon + timedelta(days=4)
    for outcome, linked in (("in_order", None), ("breach", case)):
        services.record_inspection(
            drawn=drawn,
            visited_on=late.date(),
            outcome=outcome,
            note="seen",
            case=linked,
            by=second,
            at=late,
        )

    shown = sample_of(sampled).get(pk=drawn.pk)

    assert (shown.result, shown.case_id) == ("breach", case.pk)
    assert AuditEvent.objects.filter(action="inspection.recorded").count() == 2
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Inspection.objects.update(note="nothing")


@pytest.mark.parametrize("days", [-1, 5])
def test_a_visit_lies_between_the_draw_and_today(sampled, second, noon, days):
    late = noon + timedelta(days=4)

    with pytest.raises(VisitUnfit):
        services.record_inspection(
            drawn=sampled.drawn.first(),
            visited_on=noon.date() + timedelta(days=days),
            outcome="in_order",
            note="seen",
            by=second,
            at=late,
        )


def test_refusals_are_refusals():
    for each in (DrawStands, SecondOfficial, WordsUnfit, TooSoon, NobodyToDraw, VisitUnfit):
        assert issubclass(each, Refusal)


# --- pages ---------------------------------------------------------------------------------------
@pytest.fixture
def english(client: Client, monkeypatch, noon):
    """Signs somebody in at some hour; pages come in English."""

    def sign_in(user, at=noon) -> Client:
        user.language = "en"
        user.save(update_fields=["language"])
        client.force_login(user)
        client.cookies["django_language"] = "en"
        monkeypatch.setattr(clock, "now", lambda: at)
        monkeypatch.setattr(clock, "today", lambda: at.date())
        return client

    return sign_in


def test_a_draw_from_page_to_page(english, plants, supervisor, second, noon):
    asked = {
        "title": "Spring",
        "year": "2025",
        "quarter": "1",
        "strata": "none",
        "size": "2",
        "by_score": "2",
        "by_findings": "2",
        "by_quantity": "1",
    }
    answer = english(supervisor).post(reverse("traceability:draw_add"), asked)
    draw = Draw.objects.get()
    assert answer["Location"] == draw.get_absolute_url()
    assert (
        "second official commits it" in english(supervisor).get(answer["Location"]).content.decode()
    )

    commit_page = reverse("traceability:draw_commit", args=[draw.pk])
    secret = {"words": WORDS, "draws_after": "2025-03-05T13:30"}
    assert english(supervisor).post(commit_page, secret).status_code == 422
    assert english(second).post(commit_page, secret).status_code == 302

    sample_page = reverse("traceability:draw_sample", args=[draw.pk])
    assert english(second).post(sample_page, {"words": WORDS}).status_code == 422
    later = noon + timedelta(hours=2)
    assert english(second, later).post(sample_page, {"words": WORDS}).status_code == 302

    client = english(second, later)
    text = client.get(draw.get_absolute_url()).content.decode()
    assert WORDS in text
    assert text.count("Record a result") == 2
    told = client.get(reverse("traceability:draw_file", args=[draw.pk])).json()
    assert all(is_so for _name, is_so in drawing.checked(told))
    population = reverse("traceability:draw_population", args=[draw.pk])
    listed = client.get(population)
    assert {str(row.get_cell("stratum")) for row in listed.context["table"].rows} == {"all"}
    rows = client.get(population + "?export=csv")
    assert b"".join(rows.streaming_content).decode().count("\r\n") == 7

    drawn = DrawnEnterprise.objects.first()
    visit = {"visited_on": "2025-03-05", "outcome": "minor", "note": "a label was missing"}
    record = reverse("traceability:inspection_record", args=[drawn.pk])
    assert client.post(record, visit).status_code == 302
    assert "a label was missing" in client.get(draw.get_absolute_url()).content.decode()
    end = reverse("traceability:draw_close", args=[draw.pk])
    assert client.post(end, {"reason": "all visited"}).status_code == 302


def test_strata_bear_their_names_in_every_list(english, sampled, supervisor):
    client = english(supervisor)
    page = client.get(sampled.get_absolute_url())
    names = {each.name for each in page.context["strata"]}

    assert names <= {region.name_en for region in Region.objects.all()}
    for list_of in (page, client.get(reverse("traceability:draw_population", args=[sampled.pk]))):
        rows = list_of.context["table"].rows
        assert {str(row.get_cell("stratum")) for row in rows} <= names


def test_only_ministries_and_auditors_see_draws(draft, recipient, filer, auditor, viewer):
    assert draws_visible_to(viewer).count() == draws_visible_to(auditor).count() == 1
    assert draws_visible_to(recipient).count() == draws_visible_to(filer).count() == 0


def test_too_few_secret_words_are_refused_in_plain_words():
    form = CommitForm({"words": "x" * (LEAST_WORDS - 1), "draws_after": "2025-03-05T10:00"})

    with translation.override("zh-hans"):
        assert form.errors["words"] == ["请至少输入 16 个字符。"]


def test_a_quarter_is_called_as_its_readers_call_it():
    draw = Draw(year=2025, quarter=4)

    with translation.override("zh-hans"):
        assert draw.period == "2025年第4季度"
        assert dict(DrawForm().fields["quarter"].choices)[4] == "第4季度"
    with translation.override("en"):
        assert draw.period == "2025 Q4"
