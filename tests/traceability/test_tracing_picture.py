"""The picture of a trace: columns, what is drawn together, what would lead back."""

from decimal import Decimal

from traceability.rules.tracing.drawing import svg_of
from traceability.rules.tracing.picture import Link, Node, folded, picture_of


def node(key: str, stage: str) -> Node:
    return Node(key, key.upper(), stage)


def link(source: str, target: str, kg: int) -> Link:
    return Link(source, target, Decimal(kg))


def test_picture_stands_in_columns_by_stage_and_within_a_stage_by_hops():
    nodes = [
        node("mined", "source"),
        node("mine", "ore"),
        node("trader", "ore"),
        node("oxide", "compound"),
        node("held", "end"),
    ]
    links = [
        link("mined", "mine", 9),
        link("mine", "trader", 4),
        link("mine", "oxide", 5),
        link("trader", "oxide", 4),
        link("oxide", "held", 9),
    ]

    picture = picture_of(nodes, links)

    assert picture.columns == {"mined": 0, "mine": 1, "trader": 2, "oxide": 3, "held": 4}


def test_picture_draws_links_between_the_same_boxes_together():
    picture = picture_of(
        [node("a", "ore"), node("b", "ore")], [link("a", "b", 2), link("a", "b", 3)]
    )

    assert picture.links == [link("a", "b", 5)]


def test_picture_leaves_out_the_smallest_way_back():
    nodes = [node(key, "ore") for key in "abc"]
    links = [link("a", "b", 9), link("b", "c", 8), link("c", "a", 1)]

    picture = picture_of(nodes, links)

    assert picture.left_out == [link("c", "a", 1)]
    assert picture.columns == {"a": 0, "b": 1, "c": 2}


def test_picture_stands_by_the_longest_way_where_stages_go_backwards():
    nodes = [node("metal", "metal"), node("scrap", "compound"), node("held", "end")]
    links = [link("metal", "scrap", 3), link("metal", "held", 1), link("scrap", "held", 3)]

    picture = picture_of(nodes, links)

    assert picture.columns == {"metal": 0, "scrap": 1, "held": 2}


def test_picture_shows_no_box_that_nothing_leads_to():
    picture = picture_of(
        [node("a", "ore"), node("b", "ore"), node("c", "ore")], [link("a", "b", 1)]
    )

    assert [one.key for one in picture.nodes] == ["a", "b"]


def test_folded_boxes_keep_the_sums_and_lose_what_stays_inside():
    nodes = [node("a1", "ore"), node("a2", "ore"), node("b", "compound")]
    links = [link("a1", "a2", 3), link("a2", "b", 3), link("a1", "b", 2)]
    whole = Node("A", "A", "ore", marked=True)

    picture = picture_of(*folded(nodes, links, lambda key: whole if key != "b" else nodes[2]))

    assert picture.links == [link("A", "b", 5)]
    assert picture.rows == [(whole, Decimal(5)), (nodes[2], Decimal(5))]


def test_svg_of_a_picture_has_every_box_and_link_and_shortens_words():
    nodes = [Node("a", "北方稀土冶炼分离有限责任公司第二分公司 & co", "ore"), node("b", "compound")]

    drawn = svg_of(picture_of(nodes, [link("a", "b", 5)]))

    assert drawn.count("<rect") == 2
    assert drawn.count("<path") == 1
    assert "北方稀土冶炼分离有限责任公…" in drawn


def test_svg_of_nothing_is_nothing():
    assert svg_of(picture_of([], [])) == ""
