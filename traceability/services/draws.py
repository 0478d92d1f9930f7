"""Inspection draws: drafted, committed by a second official, drawn, closed; and their results."""

from datetime import date, datetime

from django.db import transaction

from portal.accounts.models import Region, User
from portal.kernel import audit
from portal.kernel.period import civil_day
from traceability.models import Case, Draw, DrawCandidate, DrawnEnterprise, Inspection
from traceability.queries.draws import candidates_for, frozen, public_value
from traceability.rules import draws as rules
from traceability.rules.drawing import Candidate, drawn, population_digest, seed_of, sha256

Status = Draw.Status
CHUNK = 2_000


@transaction.atomic
def draft_draw(
    *,
    title: str,
    year: int,
    quarter: int,
    province: Region | None,
    activity: str,
    strata: str,
    size: int,
    factors: rules.Factors,
    by: User,
    at: datetime,
) -> Draw:
    """Define a draw: from whom, how many, by which strata and weights."""
    draw = Draw.objects.create(
        title=title,
        year=year,
        quarter=quarter,
        province=province,
        activity=activity,
        strata=strata,
        size=size,
        by_score=factors.by_score,
        by_findings=factors.by_findings,
        by_quantity=factors.by_quantity,
        drafted_by=by,
        drafted_at=at,
    )
    audit.record("draw.drafted", draw, by=by, at=at, size=size, strata=strata)
    return draw


@transaction.atomic
def commit_draw(
    *, draw: Draw, words: str, salt: str, draws_after: datetime, by: User, at: datetime
) -> Draw:
    """Freeze the population and publish what the seed will be made of, by digest.

    `words` are the second official's secret and are not kept; `salt` is 64 random hexadecimal
    digits. Raises DrawStands, SecondOfficial, WordsUnfit, TooSoon or NobodyToDraw.
    """
    draw = _locked(draw)
    rules.require_status(draw.status, Status.DRAFT)
    rules.require_second(draw.drafted_by_id, by.pk)
    rules.require_words(words)
    rules.require_moment(draws_after, at=at)
    population = candidates_for(draw, today=civil_day(at))
    rules.require_population(len(population), size=draw.size)
    DrawCandidate.objects.bulk_create(population, batch_size=CHUNK)
    draw.population_digest = population_digest(
        Candidate(each.code, each.stratum, each.weight) for each in population
    )
    draw.salt, draw.words_digest = salt, sha256(words)
    draw.draws_after, draw.committed_by, draw.committed_at = draws_after, by, at
    draw.status = Status.COMMITTED
    draw.save()
    audit.record(
        "draw.committed",
        draw,
        by=by,
        at=at,
        population=len(population),
        size=draw.size,
        population_sha256=draw.population_digest,
        salt_sha256=sha256(salt),
        words_sha256=draw.words_digest,
        draws_after=draws_after.isoformat(),
    )
    return draw


@transaction.atomic
def draw_sample(*, draw: Draw, words: str, by: User, at: datetime) -> Draw:
    """Draw the sample: reveal the secrets, join them with the audit trail as it stood, choose.

    Raises DrawStands, TooSoon or WordsUnfit.
    """
    draw = _locked(draw)
    rules.require_status(draw.status, Status.COMMITTED)
    rules.require_moment_over(draw.draws_after, at=at)
    rules.require_same_words(words, draw.words_digest)
    assert draw.draws_after is not None  # a committed draw names its moment
    draw.public_event, draw.public_digest = public_value(draw.draws_after)
    draw.words = words
    draw.seed = seed_of(
        number=draw.number,
        population=draw.population_digest,
        salt=draw.salt,
        words=words,
        public=draw.public_digest,
    )
    picked = drawn(draw.seed, frozen(draw), draw.size)
    ids = dict(draw.candidates.values_list("code", "pk"))
    DrawnEnterprise.objects.bulk_create(
        DrawnEnterprise(draw=draw, candidate_id=ids[each.code], place=each.place) for each in picked
    )
    draw.drawn_by, draw.drawn_at, draw.status = by, at, Status.DRAWN
    draw.save()
    audit.record(
        "draw.drawn",
        draw,
        by=by,
        at=at,
        seed=draw.seed,
        public_event=draw.public_event,
        drawn=[each.code for each in picked],
    )
    return draw


@transaction.atomic
def close_draw(*, draw: Draw, reason: str, by: User, at: datetime) -> Draw:
    """End a draw: all is inspected, or it is given up; why stays on record. Raises DrawStands."""
    draw = _locked(draw)
    rules.require_status(draw.status, Status.DRAFT, Status.COMMITTED, Status.DRAWN)
    before = draw.status
    draw.status, draw.closing, draw.closed_by, draw.closed_at = Status.CLOSED, reason, by, at
    draw.save()
    audit.record("draw.closed", draw, by=by, at=at, before=before, reason=reason)
    return draw


@transaction.atomic
def record_inspection(
    *,
    drawn: DrawnEnterprise,
    visited_on: date,
    outcome: str,
    note: str,
    case: Case | None = None,
    by: User,
    at: datetime,
) -> Inspection:
    """Put on record what a visit found; a correction is a later row.

    Raises DrawStands or VisitUnfit.
    """
    draw = _locked(drawn.draw)
    rules.require_status(draw.status, Status.DRAWN)
    assert draw.drawn_at is not None  # what is drawn has its day
    rules.require_visit(visited_on, drawn_on=civil_day(draw.drawn_at), today=civil_day(at))
    inspection = Inspection.objects.create(
        drawn=drawn, visited_on=visited_on, outcome=outcome, note=note, case=case, by=by, at=at
    )
    facts = {"visited_on": visited_on, "outcome": outcome, "case": case.pk if case else None}
    audit.record("inspection.recorded", inspection, by=by, at=at, **facts)
    return inspection


def _locked(draw: Draw) -> Draw:
    locked = Draw.objects.select_for_update(no_key=True, of=("self",)).select_related("province")
    return locked.get(pk=draw.pk)
