"""The picture of a trace: columns, what is drawn together, what would lead back."""

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

from traceability.rules.tracing.drawing import svg_of
from traceability.rules.tracing.layout import laid_out
from traceability.rules.tracing.picture import Link, Node, folded, picture_of

SVG = "{http://www.w3.org/2000/svg}"


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


def drawn_of(told=None) -> ET.Element:
    """Two boxes, one of a name that must be escaped and one that a finding touches."""
    nodes = [
        Node("a", "<北方> & co", "ore", url="/lots/1/", focus=True),
        Node("b", "B", "compound", "note", marked=True, figure_url="/figures/?of=lot&box=b"),
    ]
    links = [Link("a", "b", Decimal(5), "/figures/?of=lot&source=a")]
    picture = replace(picture_of(nodes, links), links=links)
    return ET.fromstring(svg_of(laid_out(picture), told))


def test_svg_for_paper_has_every_box_and_link_and_leads_nowhere():
    drawn = drawn_of()

    assert len(drawn.findall(f"{SVG}rect")) == 2
    assert [one.text for one in drawn.iter(f"{SVG}text")] == ["<北方> & co", "B", "note"]
    assert list(drawn.iter(f"{SVG}a")) == []


def test_svg_says_the_words_of_a_high_box_all_along_it():
    nodes = [Node("a", "A", "source"), *(Node(n, f"矿-{n}", "ore", "note") for n in range(60))]
    picture = picture_of(nodes, [Link("a", n, Decimal(1)) for n in range(60)])

    words = [one.text for one in ET.fromstring(svg_of(laid_out(picture))).iter(f"{SVG}text")]

    assert words.count("A") == 5
    assert words.count("矿-7") == 1


def test_svg_for_a_page_leads_on_and_tells_its_masses():
    drawn = drawn_of(lambda kg: f"{kg} kg")

    told = {one.get("href"): one.find(f"{SVG}title").text for one in drawn.iter(f"{SVG}a")}
    assert told == {
        "/lots/1/": "<北方> & co\n5 kg",
        "/figures/?of=lot&box=b": "B (note)\n5 kg",
        "/figures/?of=lot&source=a": "<北方> & co → B (note)\n5 kg",
    }


def test_svg_for_a_page_is_one_stop_of_the_tab_key():
    drawn = drawn_of(str)

    stops = [one.get("tabindex") for one in drawn.iter() if one.get("tabindex")]
    assert sorted(stops) == ["-1", "-1", "0"]


def test_svg_marks_what_a_finding_touches_by_more_than_colour():
    drawn = drawn_of(str)

    boxes = {one.get("aria-label"): one for one in drawn if one.get("class") == "box"}
    assert len(boxes["B (note)\n5"].findall(f"{SVG}path")) == 2
    assert boxes["<北方> & co\n5"].findall(f"{SVG}path") == []
