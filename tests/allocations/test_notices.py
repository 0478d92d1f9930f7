"""Notices and extracts: made once of what was issued, and held against papers."""

import hashlib
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from allocations import queries, rules, services, tasks
from allocations.models import Copy, Decision, OfficialNotice
from allocations.services import notices
from portal.kernel import clock
from portal.kernel.models import AuditEvent
from portal.kernel.papers import code_of
from tests.cast import make_enterprise

pytestmark = pytest.mark.django_db

ELEMENTS = "镧铈镨钕钐铕钆铽镝钬铒铥镱镥钇钪"


@pytest.fixture(autouse=True)
def _noon(monkeypatch, noon):
    """The clock stands at noon of 5 March 2025."""
    monkeypatch.setattr(clock, "now", lambda: noon)


@pytest.fixture
def noon(noon):
    """To the microsecond, as clocks tell it."""
    return noon.replace(microsecond=123_456)


@pytest.fixture
def decision(issued, northern, southern) -> Decision:
    """100 t of separation, 60 for Northern, 30 for Southern; issued in the portal."""
    return issued(
        ("separation", "100"),
        (northern, "separation", "60", f"对{ELEMENTS}的调整"),
        (southern, "separation", "30"),
    )


@pytest.fixture
def copy(decision, recipient) -> Copy:
    """The copy of Inner Mongolia's industry department."""
    return decision.copies.get(recipient=recipient.organisation)


@pytest.fixture
def notice(decision, signatory, noon) -> OfficialNotice:
    """Its notice."""
    return services.make_notice(decision=decision, by=signatory, at=noon)


@pytest.fixture
def on_paper(northern, drafter, noon) -> Decision:
    """A decision that was signed and issued on paper."""
    return services.transcribe_decision(
        year=2025,
        regime="total_control",
        kind="annual",
        document_no="MIIT [2025] 9",
        approval_no="State Council [2025] 9",
        ceilings=[services.CeilingEntry("separation", 9_000, "")],
        allocations=[services.AllocationEntry(northern, "separation", 9_000, "")],
        by=drafter,
        at=noon,
    )


def names_in(rows: dict) -> list[str]:
    return [row["name"]["zh"] for block in rows["blocks"] for row in block["rows"]]


# --- making them -------------------------------------------------------------------------------
def test_make_notice_keeps_a_pdf_that_is_pdf_a_and_its_digest(decision, signatory, noon):
    notice = services.make_notice(decision=decision, by=signatory, at=noon)

    assert notice.pdf.startswith(b"%PDF-1.7")
    assert notice.digest == hashlib.sha256(notice.pdf).hexdigest()
    assert b"<pdfaid:part>2</pdfaid:part>" in notice.pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in notice.pdf
    assert AuditEvent.objects.first().action == "notice.made"
    # Nothing but the portal's own font: it has every character of the paper.
    assert {name.split(b"+")[1] for name in re.findall(rb"/FontName ?/([\w+-]+)", notice.pdf)} == {
        b"NoticeSansSC-Regular",
        b"NoticeSansSC-Bold",
    }


def test_the_page_of_the_decision_leads_to_its_notice(notice, signed_in):
    page = signed_in("viewer").get(notice.decision.get_absolute_url()).content.decode()

    assert notice.get_absolute_url() in page
    assert reverse("allocations:decision_notice", args=[notice.decision_id]) in page
    assert "official notice made" in page


def test_make_notice_is_done_once(notice, signatory, later):
    again = services.make_notice(decision=notice.decision, by=signatory, at=later)

    assert again == notice
    assert AuditEvent.objects.filter(action="notice.made").count() == 1


def test_the_same_decision_makes_the_same_paper(decision, signatory, noon, later, monkeypatch):
    token = "0f8fad5b-d9cb-469f-a165-70867728950e"
    monkeypatch.setattr("allocations.services.notices.uuid4", lambda: token)
    assert decision.issued_at.microsecond

    with transaction.atomic():
        first = services.make_notice(decision=decision, by=signatory, at=noon).pdf
        transaction.set_rollback(True)
    second = services.make_notice(decision=decision, by=signatory, at=later).pdf

    assert first == second


def test_make_notice_refuses_what_is_not_issued_or_came_on_paper(signed, on_paper, signatory, noon):
    with pytest.raises(rules.NotIssued):
        services.make_notice(decision=signed(("separation", "1")), by=signatory, at=noon)
    with pytest.raises(rules.IssuedOnPaper):
        services.make_notice(decision=on_paper, by=signatory, at=noon)
    with pytest.raises(rules.IssuedOnPaper):
        services.make_extract(copy=on_paper.copies.first(), by=signatory, at=noon)

    assert not OfficialNotice.objects.exists()


@pytest.mark.parametrize(
    "change", [{"digest": "0" * 64}, {"pdf": b"%PDF-forged"}, {"decision_id": 1}]
)
def test_the_database_lets_nobody_change_or_remove_a_notice(notice, change):
    kept = OfficialNotice.objects.filter(pk=notice.pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kept.update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kept.delete()

    assert kept.get().digest == notice.digest


def test_what_nobody_asked_for_is_made_by_the_timetable(decision, on_paper, signed, monkeypatch):
    signed(("separation", "1"))
    queued = []
    monkeypatch.setattr(tasks.make_notice, "delay", lambda **ids: queued.append(ids))

    tasks.make_notices()
    tasks.make_notice(**queued[0])
    tasks.make_notice(**queued[0])  # a second worker
    tasks.make_notices()

    assert queued == [{"decision_id": decision.pk}]
    assert decision.notices.count() == 1


# --- what they say -----------------------------------------------------------------------------
def test_a_notice_says_what_was_issued(decision):
    said = queries.notice_says(decision)

    assert said["document_no"] == "MIIT [2025] 1"
    assert said["approval_no"] == "State Council [2025] 1"
    assert said["articles"] == ["五", "六"]
    assert [each["tonnes"] for each in said["ceilings"]] == ["100.000"]
    assert said["totals"] == {"separation": "90.000"}
    assert (said["enterprises"], said["lines"]) == ("2", "2")
    assert [each["ministry"]["zh"] for each in said["sign_offs"]] == [
        "工业和信息化部",
        "国家发展和改革委员会",
        "自然资源部",
    ]
    assert {each["digest"] for each in said["sign_offs"]} == {decision.content_digest}
    assert said["digest"] == decision.content_digest


def test_a_notice_puts_members_under_their_group(issued, baotou, northern, southern):
    group = make_enterprise("Group", baotou, is_group=True)
    northern.parent = group
    northern.save(update_fields=["parent"])
    decision = issued(
        ("separation", "100"),
        (southern, "separation", "30"),
        (northern, "separation", "20"),
        (group, "separation", "5"),
    )

    blocks = queries.notice_says(decision)["blocks"]

    assert [(each["name"]["zh"], each["sums"]) for each in blocks] == [
        ("Group公司", {"separation": "25.000"}),
        ("集团以外的企业", {"separation": "30.000"}),
    ]
    assert [row["name"]["zh"] for row in blocks[0]["rows"]] == ["Group公司", "Northern公司"]


def test_an_extract_says_what_its_copy_holds_and_nothing_else(copy):
    said = queries.notice_says(copy.decision, copy)

    assert names_in(said) == ["Northern公司"]
    assert said["ceilings"] == []
    assert said["totals"] == {"separation": "60.000"}
    assert said["digest"] == copy.digest
    assert "Southern" not in str(said)


# --- what has changed since --------------------------------------------------------------------
def test_changed_since_tells_later_decisions_of_the_same_caps(
    notice, copy, issued, signatory, noon, northern, southern, recipient
):
    extract = services.make_extract(copy=copy, by=recipient, at=noon)
    assert list(queries.changed_since(notice.decision)) == []

    other = issued(("mining_rock", "5"), (northern, "mining_rock", "5"), document_no="other")
    cut = issued((southern, "separation", "-3", "cut"), kind="deduction", document_no="cut")
    raised = issued(("separation", "1"), document_no="raised")

    assert list(queries.changed_since(notice.decision)) == [cut, raised]
    assert list(queries.changed_since(extract.decision, extract.copy)) == []
    assert other.issued_at is not None
    more = issued((northern, "separation", "2"), kind="batch", document_no="more")
    assert list(queries.changed_since(extract.decision, extract.copy)) == [more]


# --- digests typed from paper ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0123456789abcdef", "0123456789abcdef"),
        (" 01234567 89ABCDEF\t01 ", "0123456789abcdef01"),
        ("0123-4567-89ab-cdef", "0123456789abcdef"),
        ("a" * 64, "a" * 64),
    ],
)
def test_digest_typed(typed, read):
    assert rules.digest_typed(typed) == read


@pytest.mark.parametrize("typed", ["0123456789abcde", "g123456789abcdef", "a" * 65, "一二三四" * 5])
def test_digest_typed_refuses_what_is_none(typed):
    with pytest.raises(rules.DigestUnreadable):
        rules.digest_typed(typed)


# --- the pages ---------------------------------------------------------------------------------
def test_everybody_with_an_account_can_check_a_paper(notice, signed_in):
    url = notice.get_absolute_url()

    for who in ("filer", "southern_filer", "recipient", "viewer", "administrator"):
        text = signed_in(who).get(url).content.decode()
        assert "MIIT [2025] 1" in text
        assert "No later decision changes what this paper says." in text
        assert "90.000" in text
        assert "30.000" not in text  # a line
        assert (notice.decision.get_absolute_url() in text) == (who == "viewer")


def test_a_paper_is_compared_by_its_digest_and_by_its_file(notice, signed_in):
    client = signed_in("filer")
    url = notice.get_absolute_url()

    def sent(**fields) -> str:
        answer = client.post(url, fields)
        assert answer.status_code == (200 if fields else 422)
        return answer.content.decode()

    printed = notice.decision.content_digest
    file = SimpleUploadedFile("notice.pdf", notice.pdf)
    forged = SimpleUploadedFile("notice.pdf", notice.pdf + b" ")
    assert "The digest is that of what was issued." in sent(digest=f"{printed[:8]} {printed[8:20]}")
    assert "The digest is not that" in sent(digest="0" * 64)
    assert "to the byte" in sent(pdf=file)
    assert "is not the one that the portal made" in sent(pdf=forged)
    assert "Type the digest, or choose the file." in sent()


def test_the_page_tells_what_changed_since_and_who_may_see_it(notice, issued, northern, signed_in):
    later = issued((northern, "separation", "2"), kind="batch", document_no="MIIT [2025] 7")
    url = notice.get_absolute_url()

    of_a_stranger = signed_in("southern_filer").get(url).content.decode()
    of_the_ministry = signed_in("viewer").get(url).content.decode()

    assert "Changed since by MIIT [2025] 7" in of_a_stranger
    assert later.get_absolute_url() not in of_a_stranger
    assert later.get_absolute_url() in of_the_ministry


def test_an_extracts_figures_are_for_those_whom_it_concerns(copy, recipient, noon, signed_in):
    extract = services.make_extract(copy=copy, by=recipient, at=noon)
    url = extract.get_absolute_url()

    own = signed_in("recipient").get(url).content.decode()
    strange = signed_in("other_recipient").get(url).content.decode()

    assert "60.000" in own
    assert recipient.organisation.name_en in own
    assert "60.000" not in strange
    assert recipient.organisation.name_en not in strange
    assert "MIIT [2025] 1" in strange


def test_a_copy_gives_its_own_extract_out_and_makes_it_once(copy, signed_in):
    client = signed_in("recipient")
    url = reverse("allocations:copy_extract", args=[copy.pk])

    first = b"".join(client.get(url).streaming_content)
    second = b"".join(client.get(url).streaming_content)

    assert first == second
    assert first.startswith(b"%PDF")
    assert copy.extract.content_digest == copy.digest
    assert url in client.get(copy.get_absolute_url()).content.decode()
    assert signed_in("other_recipient").get(url).status_code == 404


def test_decisions_on_paper_say_that_there_is_no_notice(on_paper, signed_in):
    client = signed_in("viewer")

    page = client.get(on_paper.get_absolute_url()).content.decode()
    copy = on_paper.copies.first()

    assert "the portal holds no notice of its own" in page
    assert client.get(reverse("allocations:decision_notice", args=[on_paper.pk])).status_code == 404
    assert "holds no notice" in client.get(copy.get_absolute_url()).content.decode()
    assert client.get(reverse("allocations:copy_extract", args=[copy.pk])).status_code == 404


def test_the_code_on_the_paper_leads_to_the_page(decision, signatory, noon, settings, monkeypatch):
    settings.ADDRESS = "https://portal.example.cn"
    coded = []
    monkeypatch.setattr(notices, "code_of", lambda text: coded.append(text) or code_of(text))

    notice = services.make_notice(decision=decision, by=signatory, at=noon)

    assert coded == [f"https://portal.example.cn{notice.get_absolute_url()}"]
