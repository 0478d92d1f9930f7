"""Where the boxes of a picture stand: no words over other words, whatever there is to show."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.rules.tracing.layout import (
    BOX,
    ENOUGH_WORDS,
    NARROWEST,
    SAID_AGAIN,
    Box,
    laid_out,
)
from traceability.rules.tracing.picture import STAGES, Link, Node, Picture, picture_of
from traceability.rules.tracing.words import NAME_SIZE, shortened, width_of

NAMES = st.sampled_from(
    [
        "赣州市龙南县第62稀土矿业开发有限责任公司",
        "Inner Mongolia Northern Rare Earth Separation and Smelting",
        "OX-PRND-2504-0031",
        "矿-004-2501",
        "W" * 40,
    ]
)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Boxes of every stage, and ways from each stage to later ones."""
    count = draw(st.integers(2, 60))
    nodes = [
        Node(
            number,
            draw(NAMES),
            draw(st.sampled_from(STAGES)),
            draw(st.sampled_from(["", "ORE-MIX · 凉山彝族自治州冕宁县第25稀土矿业"])),
            marked=draw(st.booleans()),
            focus=number == 0,
        )
        for number in range(count)
    ]
    pairs = draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=120)
    )
    masses = st.decimals("0.001", "9000000", places=3)
    return picture_of(nodes, [Link(*pair, draw(masses)) for pair in pairs])


def meet(one: Box, other: Box) -> bool:
    """Whether the words of two boxes lie over one another."""
    a, b = one.words, other.words
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.01 and min(a[3], b[3]) - max(a[1], b[1]) > 0.01


@given(pictures())
@settings(max_examples=60, deadline=None)
def test_no_words_lie_over_others_or_leave_the_picture(picture):
    layout = laid_out(picture)

    boxes = list(layout.boxes.values())
    assert [pair for pair in combinations(boxes, 2) if meet(*pair)] == []
    for box in boxes:
        left, top, right, bottom = box.words
        assert left >= 0
        assert top >= 0
        assert right <= layout.width
        assert bottom <= layout.height + 0.01
        assert all(right <= other.x for other in boxes if other.x > box.x)


@given(pictures())
@settings(max_examples=60, deadline=None)
def test_ways_are_as_wide_as_their_mass_and_stay_within_their_boxes(picture):
    layout = laid_out(picture)

    for band in layout.bands:
        source, target = layout.boxes[band.link.source], layout.boxes[band.link.target]
        assert (band.x1, band.x2) == (source.x + BOX, target.x)
        for box, y in ((source, band.y1), (target, band.y2)):
            assert y - band.width / 2 >= box.y - 0.01
            assert y + band.width / 2 <= box.y + box.height + 0.01
    ratios = {band.width / float(band.link.kg) for band in layout.bands}
    assert not ratios or max(ratios) == pytest.approx(min(ratios))


def test_three_hundred_boxes_with_chinese_names_are_read_apart():
    name = "凉山彝族自治州冕宁县第25稀土矿业开发有限责任公司"
    nodes = [Node("mined", "开采", "source"), Node("made", "氧化镨钕", "compound", name)]
    nodes += [Node(number, f"矿-{number:03}", "ore", f"ORE-MIX · {name}") for number in range(298)]
    links = [Link("mined", number, Decimal(number % 7 + 1)) for number in range(298)]
    links += [Link(number, "made", Decimal(number % 7 + 1)) for number in range(298)]

    layout = laid_out(picture_of(nodes, links))

    assert len(layout.boxes) == 300
    assert not any(meet(*pair) for pair in combinations(layout.boxes.values(), 2))
    assert all(
        box.note.startswith("ORE-MIX · 凉山")
        for box in layout.boxes.values()
        if box.note and box.node.stage == "ore"
    )


def test_boxes_stand_beside_what_they_are_linked_with():
    nodes = [Node(f"a{n}", "A", "ore") for n in range(4)]
    nodes += [Node(f"b{n}", "B", "compound") for n in range(4)]
    links = [Link(f"a{n}", f"b{3 - n}", Decimal(10 + n)) for n in range(4)]

    boxes = laid_out(picture_of(nodes, links)).boxes

    order = [sorted(range(4), key=lambda n: boxes[f"{side}{n}"].y) for side in "ab"]
    assert order[0] == [3 - n for n in order[1]]


def test_boxes_of_one_origin_stand_by_mass():
    masses = [Decimal("333.3"), Decimal("77.77"), Decimal("9.1"), Decimal("0.7"), Decimal("0.03")]
    nodes = [Node("all", "all", "source"), *(Node(kg, str(kg), "end") for kg in masses)]

    boxes = laid_out(picture_of(nodes, [Link("all", kg, kg) for kg in masses[::-1]])).boxes

    assert sorted(masses, key=lambda kg: boxes[kg].y) == masses


def chain(*told: tuple[str, str]) -> Picture:
    """Boxes in a row from stage to stage, each with a name and a note."""
    nodes = [
        Node(number, *words[:1], stage, *words[1:])
        for number, (words, stage) in enumerate(zip(told, STAGES, strict=True))
    ]
    return picture_of(nodes, [Link(n, n + 1, Decimal(240)) for n in range(len(nodes) - 1)])


def test_columns_are_as_wide_as_what_they_say():
    short = laid_out(chain(*[("开采", "")] * 6))
    chinese = laid_out(chain(*[("ORE-BAST-2509-0022", "ORE-BAST · 冕宁矿业1号")] * 6))
    english = laid_out(chain(*[("MAG-NDFEB-2510-0560", "MAG-NDFEB · Magnet Works 5")] * 6))

    assert short.width == NARROWEST
    assert NARROWEST < chinese.width < english.width
    assert {box.note for box in english.boxes.values()} == {"MAG-NDFEB · Magnet Works 5"}


def test_the_last_column_says_all_where_the_picture_has_room():
    note = "sold to outside the platform · compound"
    nodes = [Node("from", "all sources", "source"), Node("to", "Motor Maker 6", "end", note)]
    assert width_of(note, NAME_SIZE) > ENOUGH_WORDS

    layout = laid_out(picture_of(nodes, [Link("from", "to", Decimal(1))]))

    assert layout.boxes["to"].note == note
    assert layout.width == NARROWEST


def test_a_bold_name_is_given_the_room_of_bold_letters():
    plain = chain(*[("MET-PRND-2510-0536", "")] * 6)
    bold = picture_of([replace(node, focus=True) for node in plain.nodes], plain.links)

    assert laid_out(bold).width > laid_out(plain).width * 1.1


def test_words_of_a_high_box_are_said_again_within_it():
    nodes = [Node("a", "A", "source"), *(Node(n, f"矿-{n}", "ore", "note") for n in range(60))]

    boxes = laid_out(picture_of(nodes, [Link("a", n, Decimal(1)) for n in range(60)])).boxes

    high = boxes["a"]
    assert high.height > 4 * SAID_AGAIN
    assert high.said_at == [SAID_AGAIN * place for place in (-2, -1, 0, 1, 2)]
    assert boxes[0].said_at == [0]
    assert all(
        high.y <= high.middle + lower - high.words_high / 2
        and high.middle + lower + high.words_high / 2 <= high.y + high.height
        for lower in high.said_at
    )


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("北方稀土", 4 * NAME_SIZE, "北方稀土"),  # exactly what there is room for
        ("北方稀土", 4 * NAME_SIZE - 1, "北方…"),
        ("", 0, ""),
    ],
)
def test_shortened_keeps_what_there_is_room_for(text, room, expected):
    assert shortened(text, NAME_SIZE, room) == expected


def test_a_long_name_without_a_note_goes_on_below():
    told = {
        "W": "bought and not recorded as sold by anybody",
        "中": "已购进而无销售记录的稀土矿产品与化合物及其他各类产品",
    }
    nodes = [Node(key, text, "source") for key, text in told.items()]
    nodes += [Node("noted", told["中"], "source", "note"), *(Node(s, s, s) for s in STAGES[1:])]
    links = [Link(one, "ore", Decimal(1)) for one in (*told, "noted")]
    links += [Link(*pair, Decimal(3)) for pair in pairwise(STAGES[1:])]

    boxes = laid_out(picture_of(nodes, links)).boxes

    assert (boxes["W"].name, boxes["W"].more) == ("bought and not recorded as sold by", "anybody")
    assert boxes["中"].name + boxes["中"].more == told["中"]
    assert boxes["noted"].name.endswith("…")
    assert boxes["noted"].more == ""


def test_a_chinese_character_is_as_wide_as_it_is_high():
    assert width_of("镨钕", NAME_SIZE) == 2 * NAME_SIZE
    assert width_of("W" * 20, NAME_SIZE) < ENOUGH_WORDS * 1.2
