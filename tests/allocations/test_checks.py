"""Every numbered check: what fires it, and what just does not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allocations import queries, rules
from allocations.models import Assessment, Eligibility
from allocations.rules import Beside, Content, Effect, HolderFacts, LineKey, LineText
from enterprises.rules import Term, holds_throughout
from tests.cast import designate, make_enterprise

NEW_YEAR, LAST = date(2025, 1, 1), date(2025, 12, 31)
PLANT, GROUP = 7, 9
OF_PLANT = LineKey(PLANT, "separation")
MARCH = date(2025, 3, 1)
UNTIL_THE_30TH = {"separation": [[Term(NEW_YEAR, date(2025, 12, 30))]]}
OF_MINING = {"unmet": {"mining": ["licences"]}, "unproven": {"mining": ["tailings"]}}
UNFIT = {"terms": {}, "unmet": {"separation": ["scale"]}}
ALWAYS = {"separation": [[Term(NEW_YEAR)]]}
HOLDERS = {
    PLANT: HolderFacts("Plant", frozenset({"separation"}), group_id=GROUP, terms=ALWAYS),
    GROUP: HolderFacts("Group", is_group=True, terms=ALWAYS),
}


def effect(ceiling: str, allocated: str) -> Effect:
    zero = Decimal(0)
    return Effect("separation", zero, Decimal(ceiling), zero, Decimal(allocated))


SOUND = Content(
    regime="total_control",
    kind="annual",
    first=NEW_YEAR,
    last=LAST,
    approval_no="State Council [2025] 1",
    lines={
        LineKey(None, "separation"): LineText(Decimal(100)),
        OF_PLANT: LineText(Decimal(60)),
    },
    effects=[effect("100", "60")],
    holders=HOLDERS,
    beside={},
    missing=(),
)


def with_line(kg: str, reason: str = "", **more):
    """The sound content with another figure on the plant's line."""
    return replace(SOUND, lines=SOUND.lines | {OF_PLANT: LineText(Decimal(kg), reason)}, **more)


def of_plant(**facts):
    return {"holders": HOLDERS | {PLANT: replace(HOLDERS[PLANT], **facts)}}


def beside(**kg):
    return {"beside": {OF_PLANT: Beside(**{name: Decimal(each) for name, each in kg.items()})}}


def unmet(content):
    return [each.check.name for each in rules.judge(content) if not each.met]


def test_a_sound_decision_meets_every_check():
    assert unmet(SOUND) == []
    assert [each.check.number for each in rules.judge(SOUND)] == list(range(1, 16))


@pytest.mark.parametrize(
    ("check", "content"),
    [
        ("ceilings", replace(SOUND, effects=[effect("100", "100.001")])),
        ("ceilings", replace(SOUND, effects=[effect("-0.001", "-1")])),
        ("caps", with_line("-60.001", **beside(cap_kg="60"))),
        ("categories", replace(SOUND, **of_plant(activities=frozenset({"mining"})))),
        ("designated", replace(SOUND, **of_plant(terms={}))),
        (
            "designated",
            replace(SOUND, **of_plant(terms={"separation": [[Term(date(2025, 1, 2))]]})),
        ),
        (
            "designated",
            replace(SOUND, **of_plant(terms=UNTIL_THE_30TH)),
        ),
        ("used", with_line("-10", **beside(cap_kg="60", used_kg="50.001"))),
        ("eligible", replace(SOUND, **of_plant(unmet={"separation": ["scale"]}))),
        ("evidence", replace(SOUND, **of_plant(unproven={"separation": ["scale"]}))),
        ("capacity", replace(SOUND, **beside(capacity_kg="59.999"))),
        ("penalties", replace(SOUND, beside={OF_PLANT: Beside(penalties=("NM [2025] 7",))})),
        ("approval", replace(SOUND, approval_no=" ")),
        ("sign_offs", replace(SOUND, missing=("MNR",))),
        ("reasons", replace(SOUND, kind="adjustment")),
        (
            "groups",
            replace(
                SOUND,
                lines=SOUND.lines | {LineKey(GROUP, "separation"): LineText(Decimal("0.001"))},
            ),
        ),
    ],
)
def test_a_check_fires_at_the_first_gram(check, content):
    assert unmet(content) == [check]


@pytest.mark.parametrize(
    "content",
    [
        replace(SOUND, effects=[effect("100", "100")]),
        with_line("-60", **beside(cap_kg="60")),
        with_line("-10", **beside(cap_kg="60", used_kg="50")),
        replace(SOUND, **of_plant(terms={"separation": [[Term(NEW_YEAR, LAST)]]})),
        replace(  # one designation follows the other without a day between
            SOUND,
            **of_plant(
                terms={"separation": [[Term(date(2025, 7, 1)), Term(NEW_YEAR, date(2025, 6, 30))]]}
            ),
        ),
        replace(
            SOUND,
            first=date(2025, 3, 1),
            **of_plant(terms={"separation": [[Term(MARCH)]]}),
        ),
        replace(SOUND, **of_plant(**OF_MINING)),
        replace(SOUND, **beside(capacity_kg="60")),
        replace(SOUND, lines={OF_PLANT: LineText(Decimal(60))}, approval_no=""),
        with_line("-1", **of_plant(**UNFIT), **beside(cap_kg="60")),
    ],
)
def test_what_is_just_allowed_meets_every_check(content):
    assert unmet(content) == []


def test_mining_is_divided_and_a_decision_decides_something():
    undivided = replace(SOUND, lines={LineKey(None, "mining"): LineText(Decimal(1))})

    assert unmet(undivided) == ["divided"]
    assert unmet(replace(SOUND, lines={})) == ["lines"]


def test_a_groups_members_are_designated_in_turn_by_nobody():
    """Two members that are designated for half a year each do not make a group that is."""
    halves = [[Term(NEW_YEAR, date(2025, 6, 30))], [Term(date(2025, 7, 1))]]
    group = replace(HOLDERS[GROUP], terms={"separation": halves})
    content = replace(
        SOUND,
        lines={LineKey(GROUP, "separation"): LineText(Decimal(1))},
        holders={GROUP: group},
    )

    assert unmet(content) == ["designated"]


def test_the_2012_regime_asks_less():
    content = replace(SOUND, regime="directive_plan", holders={}, approval_no="")

    assert unmet(content) == []
    assert {each.check.name for each in rules.judge(content)} == {
        "lines",
        "reasons",
        "ceilings",
        "caps",
        "sign_offs",
    }


def test_require_checks_names_the_first_that_blocks_and_its_enterprise():
    rules.require_checks(replace(SOUND, **beside(capacity_kg="1")))  # a warning stops nothing

    with pytest.raises(rules.CheckUnmet, match=r"D07.*Plant") as refused:
        rules.require_checks(replace(SOUND, missing=("MNR",), **of_plant(terms={})))

    assert refused.value.facts["count"] == 2


@pytest.mark.parametrize(
    ("terms", "holds"),
    [
        ([], False),
        ([Term(NEW_YEAR, LAST)], True),
        ([Term(NEW_YEAR)], True),
        ([Term(NEW_YEAR, date(2025, 5, 31)), Term(date(2025, 6, 2))], False),  # one day without
        ([Term(NEW_YEAR, date(2025, 5, 31)), Term(date(2025, 6, 1), LAST)], True),
        ([Term(date(2024, 1, 1), date(2024, 12, 31))], False),
    ],
)
def test_holds_throughout(terms, holds):
    assert holds_throughout(terms, NEW_YEAR, LAST) is holds


def test_content_of_knows_what_surrounds_a_decision(issued, draft, northern, drafter, noon):
    issued(("separation", "100"), (northern, "separation", "60"))
    decision = draft((northern, "separation", "-5", "why"), kind="adjustment")
    Assessment.objects.create(
        enterprise=northern,
        category="separation",
        from_year=2024,
        capacity_kg=Decimal(80_000),
        document="Report 1",
        assessed_by=drafter,
        assessed_at=noon,
    )
    for verdict, until in (("met", None), ("not_met", None)):
        Eligibility.objects.create(
            enterprise=northern,
            criterion="scale",
            verdict=verdict,
            evidence="Inspection",
            valid_until=until,
            assessed_by=drafter,
            assessed_at=noon,
        )

    content = queries.content_of(decision, on=noon.date())

    assert content.of(northern.pk, "separation") == Beside(
        cap_kg=Decimal(60_000), capacity_kg=Decimal(80_000)
    )
    holder = content.holder(northern.pk)
    assert len(holder.unmet["separation"]) == 1
    assert len(holder.unproven["separation"]) == 3
    assert len(holder.unproven["mining"]) == 4
    assert (content.first, content.last) == (noon.date(), LAST)


def test_a_group_has_the_designations_of_its_members(draft, baotou, noon):
    group = make_enterprise("Group", baotou, is_group=True)
    designate(make_enterprise("Mine", baotou, "mining", parent=group), "mining")
    decision = draft((group, "mining_rock", "5"))

    content = queries.content_of(decision, on=noon.date())

    assert "designated" not in unmet(content)


def test_expired_evidence_is_none(draft, northern, drafter, noon):
    decision = draft((northern, "separation", "5"))
    for criterion, until in (("scale", date(2025, 3, 5)), ("running", date(2025, 3, 4))):
        Eligibility.objects.create(
            enterprise=northern,
            criterion=criterion,
            verdict="met",
            evidence="Inspection",
            valid_until=until,
            assessed_by=drafter,
            assessed_at=noon,
        )

    unproven = queries.content_of(decision, on=noon.date()).holder(northern.pk).unproven

    labels = {str(each) for each in unproven["separation"]}
    assert str(Eligibility.Criterion.SCALE.label) not in labels
    assert str(Eligibility.Criterion.RUNNING.label) in labels
