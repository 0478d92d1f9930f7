"""The pages of filings: who opens them, what they show, and the whole way through a month."""

import io
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing, Upload
from traceability.queries.receipts import receipt_says
from traceability.services.filings import open_draft
from traceability.services.handover import attest_filing, hand_over
from traceability.services.uploads import receive_upload, work_upload
from traceability.sheets.read import opened

pytestmark = pytest.mark.django_db

HEADER = "kind,date,lot,product,gross_kg,reo_percent,run,counterparty,document,country,note"
GOOD = f"{HEADER}\nextraction,2025-02-03,L-1,ORE-MIX,1000,60,,,,,\n".encode()
BAD = f"{HEADER}\ngift,2025-02-03,L-1,ORE-MIX,1000,60,,,,,\n".encode()
READERS = ("drafter", "signatory", "supervisor", "viewer", "recipient", "auditor")
Page = Callable[..., Any]


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", noon.date)


@pytest.fixture
def signed_in(request: pytest.FixtureRequest, client: Client) -> Callable[[str], Client]:
    """Signs somebody of the cast in, by name; pages come in English."""

    def sign_in(who: str) -> Client:
        user = request.getfixturevalue(who)
        user.language = "en"
        user.save(update_fields=["language"])
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


@pytest.fixture
def sent(northern: Enterprise, february: Month, filer: User, noon: datetime) -> Page:
    """Send and check a file for Northern's February."""

    def send(content: bytes = GOOD) -> Upload:
        upload = receive_upload(
            enterprise=northern, month=february, file_name="f.csv", content=content,
            by=filer, at=noon,
        )  # fmt: skip
        return work_upload(upload=upload, at=noon)

    return send


@pytest.fixture
def draft(sent: Page) -> Filing:
    """Northern's February with one record, not handed over."""
    return sent().filing


@pytest.fixture
def submitted(draft: Filing, filer: User, attester: User, noon: datetime) -> Filing:
    """Northern's February, submitted."""
    hand_over(filing=draft, by=filer, at=noon)
    return attest_filing(filing=draft, seen=noon, by=attester, at=noon)


def url(name: str, *args: Any) -> str:
    """The address of a page of traceability."""
    return reverse(f"traceability:{name}", args=args)


def signed(by: User) -> dict[str, str]:
    """The statement of truthfulness, and the password of whoever makes it."""
    return {"truthful": "on", "secret": by.username * 2}


# --- who sees what ---


@pytest.mark.parametrize("who", [*READERS, "filer", "attester"])
def test_filing_list_shows_what_was_submitted(
    signed_in: Page, submitted: Filing, who: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(who)

    with django_assert_max_num_queries(20):
        answer = client.get(url("filing_list"))

    assert answer.status_code == 200
    assert submitted.receipt_no in answer.content.decode()


@pytest.mark.parametrize("who", ["supervisor", "filer"])
def test_a_later_version_says_what_differs_from_the_one_before(
    signed_in: Page, submitted: Filing, sent: Page, filer: User, attester: User, noon: datetime,
    who: str,
) -> None:  # fmt: skip
    assert "What differs" not in signed_in(who).get(submitted.get_absolute_url()).content.decode()
    amended = open_draft(
        enterprise=submitted.enterprise, month=submitted.month, reason="Weighed anew",
        reason_kind="measured", with_records=True, by=filer, at=noon,
    )  # fmt: skip
    sent(GOOD.replace(b"-03,", b"-04,").replace(b"1000", b"900"))
    hand_over(filing=amended, by=filer, at=noon)
    attest_filing(filing=amended, seen=noon, by=attester, at=noon)

    text = signed_in(who).get(amended.get_absolute_url()).content.decode()

    assert "What differs from version 1" in text
    assert '<td class="number">1,000.000</td><td class="number">900.000</td>' in text
    assert "date: 2025-02-03 → 2025-02-04" in text


def test_a_submitted_month_says_what_was_submitted(signed_in: Page, submitted: Filing) -> None:
    text = signed_in("filer").get(url("filing_month", submitted.month)).content.decode()

    assert "What was submitted" in text
    assert submitted.receipt_no in text
    assert "1,000.000" in text


@pytest.mark.parametrize("who", ["southern_filer", "other_recipient"])
def test_a_stranger_finds_nothing(signed_in: Page, submitted: Filing, who: str) -> None:
    client = signed_in(who)

    assert submitted.receipt_no not in client.get(url("filing_list")).content.decode()
    for name in ("filing_detail", "filing_receipt"):
        assert client.get(url(name, submitted.pk)).status_code == 404


def test_the_administrator_sees_no_business(
    signed_in: Page, administrator: User, submitted: Filing
) -> None:
    client = signed_in("administrator")

    for address in (url("filing_list"), url("filing_detail", submitted.pk), url("filing_desk")):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("who", READERS)
def test_a_draft_is_its_enterprises_own(signed_in: Page, draft: Filing, who: str) -> None:
    client = signed_in(who)

    assert client.get(url("filing_detail", draft.pk)).status_code == 404
    assert client.get(url("filing_month", "2025-02")).status_code == 403


@pytest.mark.parametrize("who", [*READERS, "filer", "attester"])
def test_filing_detail_shows_records_and_digest(
    signed_in: Page, submitted: Filing, who: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(who)

    with django_assert_max_num_queries(25):
        answer = client.get(url("filing_detail", submitted.pk))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert submitted.digest in text
    assert "L-1" in text


def test_filing_detail_filters_and_exports(signed_in: Page, submitted: Filing) -> None:
    client = signed_in("viewer")
    address = url("filing_detail", submitted.pk)

    assert "L-1" not in client.get(address, {"kind": "sale"}).content.decode()
    assert "L-1" in client.get(address, {"search": "L-1"}).content.decode()
    exported = b"".join(client.get(address, {"export": "csv"}).streaming_content).decode()
    assert "L-1" in exported


def test_filing_list_narrows_to_late_ones(signed_in: Page, submitted: Filing) -> None:
    client = signed_in("viewer")

    on_time = client.get(url("filing_list"), {"late": "no", "month": "2025-02"})
    late = client.get(url("filing_list"), {"late": "yes"})

    assert submitted.receipt_no in on_time.content.decode()
    assert submitted.receipt_no not in late.content.decode()


@pytest.mark.parametrize("who", [*READERS, "filer"])
def test_enterprise_filings_fragment_shows_months(
    signed_in: Page, submitted: Filing, who: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(who)

    with django_assert_max_num_queries(15):
        answer = client.get(url("enterprise_filings_fragment", submitted.enterprise_id))

    assert answer.status_code == 200
    assert "submitted" in answer.content.decode()


# --- the desk ---


def test_filing_desk_goes_to_the_month_due(signed_in: Page, filer: User) -> None:
    answer = signed_in("filer").get(url("filing_desk"))

    assert answer.headers["Location"] == url("filing_month", "2025-02")


@pytest.mark.parametrize("who", ["filer", "attester"])
def test_filing_month_shows_deadline_and_draft(
    signed_in: Page, draft: Filing, who: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(who)

    with django_assert_max_num_queries(30):
        answer = client.get(url("filing_month", "2025-02"))

    text = answer.content.decode()
    assert "5 days left" in text
    assert draft.get_absolute_url() in text


def test_filing_month_knows_no_month_ahead(signed_in: Page, filer: User) -> None:
    client = signed_in("filer")

    assert client.get(url("filing_month", "2025-04")).status_code == 404
    assert client.get("/traceability/desk/2025-13/").status_code == 404


def test_filing_month_takes_a_file(
    signed_in: Page, filer: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in("filer")

    with django_capture_on_commit_callbacks() as queued:
        answer = client.post(
            url("filing_month", "2025-02"), {"file": SimpleUploadedFile("f.csv", GOOD)}
        )

    assert answer.status_code == 302
    assert Upload.objects.get().state == "queued"
    assert len(queued) == 1
    page = client.get(url("filing_month", "2025-02")).content.decode()
    assert url("upload_progress", Upload.objects.get().pk) in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"x" * 2_000_000, "larger than 1 MB, the most that can be sent at once"),
    ],
)
def test_filing_month_refuses_a_file_on_the_form(
    signed_in: Page, filer: User, settings: Any, content: bytes, said: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2

    answer = signed_in("filer").post(
        url("filing_month", "2025-02"), {"file": SimpleUploadedFile("f.csv", content)}
    )

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Upload.objects.exists()


def test_only_the_filer_uploads(signed_in: Page, attester: User) -> None:
    answer = signed_in("attester").post(
        url("filing_month", "2025-02"), {"file": SimpleUploadedFile("f.csv", GOOD)}
    )

    assert answer.status_code == 403


def test_filing_month_shows_what_was_wrong(signed_in: Page, sent: Page) -> None:
    upload = sent(BAD)

    text = signed_in("filer").get(url("filing_month", "2025-02")).content.decode()

    assert "is no kind of record" in text
    assert upload.get_absolute_url() in text


def test_upload_detail_says_how_many_rows_of_the_file_went_in(
    signed_in: Page, draft: Filing, sent: Page
) -> None:
    upload = sent(GOOD + GOOD.splitlines()[1].replace(b"L-1", b"L-2"))

    text = signed_in("filer").get(upload.get_absolute_url()).content.decode()

    assert "2 rows of the file were put into the draft." in text


def test_filing_month_says_what_became_of_a_file(
    signed_in: Page, northern: Enterprise, february: Month, filer: User, noon: datetime
) -> None:
    rows = GOOD + GOOD.splitlines()[1].replace(b"L-1", b"L-2").replace(b"1000", b"-1")
    upload = receive_upload(
        enterprise=northern, month=february, file_name="f.csv", content=rows, keep_right=True,
        by=filer, at=noon,
    )  # fmt: skip
    work_upload(upload=upload, at=noon)
    partly = signed_in("filer").get(url("filing_month", february)).content.decode()

    whole = receive_upload(
        enterprise=northern, month=february, file_name="f.csv", content=GOOD, by=filer, at=noon
    )
    work_upload(upload=whole, at=noon)
    taken = signed_in("filer").get(url("filing_month", february)).content.decode()

    assert "1 fault keeps others out" in partly
    assert url("upload_rows", upload.pk) in partly
    assert "1 row of the file was put into the draft" in taken


def test_filing_template_can_be_read_back(signed_in: Page, submitted: Filing) -> None:
    client = signed_in("filer")

    answer = client.get(url("filing_template", "2025-02"), {"filing": submitted.pk})

    content = b"".join(answer.streaming_content)
    with opened(content, "t.xlsx", product_names={"ORE-MIX": "ORE-MIX"}) as table:
        [(_line, texts)] = list(table.rows())
    assert texts[:6] == ["extraction", "2025-02-03", "L-1", None, "ORE-MIX", "1000"]
    assert io.BytesIO(content).read(2) == b"PK"


def test_filing_template_gives_no_other_enterprises_records(
    signed_in: Page, submitted: Filing, southern_filer: User
) -> None:
    answer = signed_in("southern_filer").get(
        url("filing_template", "2025-02"), {"filing": submitted.pk}
    )

    assert answer.status_code == 404


def test_a_month_from_hand_over_to_receipt(
    signed_in: Page, draft: Filing, attester: User, django_capture_on_commit_callbacks: Any
) -> None:
    signed_in("filer").post(url("filing_hand_over", draft.pk))
    client = signed_in("attester")
    page = client.get(url("filing_attest", draft.pk))
    seen = page.context["form"].initial["seen"]

    with django_capture_on_commit_callbacks() as queued:
        first = client.post(url("filing_attest", draft.pk), {"seen": seen, **signed(attester)})
    second = client.post(url("filing_attest", draft.pk), {"seen": seen, **signed(attester)})

    assert first.headers["Location"] == second.headers["Location"]
    assert len(queued) == 1
    receipt = client.get(first.headers["Location"]).content.decode()
    draft.refresh_from_db()
    assert draft.receipt_no in receipt
    assert draft.digest in receipt


def test_filing_attest_needs_the_statement(
    signed_in: Page, draft: Filing, filer: User, attester: User, noon: datetime
) -> None:
    hand_over(filing=draft, by=filer, at=noon)

    answer = signed_in("attester").post(url("filing_attest", draft.pk), {"seen": noon.isoformat()})

    assert answer.status_code == 422
    assert "Tick the statement of truthfulness" in answer.content.decode()
    assert Filing.objects.get().status == "draft"


def test_filing_attest_asks_who_attests_to_show_it_anew(
    signed_in: Page, draft: Filing, filer: User, attester: User, noon: datetime
) -> None:
    hand_over(filing=draft, by=filer, at=noon)
    client = signed_in("attester")
    statement = {"seen": noon.isoformat(), "truthful": "on"}

    without = client.post(url("filing_attest", draft.pk), statement)
    wrong = client.post(url("filing_attest", draft.pk), {**statement, "secret": "guess"})
    another = client.post(url("filing_attest", draft.pk), {**statement, **signed(filer)})

    assert {without.status_code, wrong.status_code, another.status_code} == {422}
    assert "neither your password" in wrong.content.decode()
    assert Filing.objects.get().status == "draft"


def test_filing_attest_takes_a_code_once(
    signed_in: Page, draft: Filing, filer: User, attester: User, noon: datetime
) -> None:
    hand_over(filing=draft, by=filer, at=noon)
    secret = generate_totp_secret()
    TOTP.activate(attester, secret)
    now = int(time.time()) // 30
    code = format_hotp_value(hotp_value(secret, now))
    statement = {"seen": noon.isoformat(), "truthful": "on", "secret": code}

    answer = signed_in("attester").post(url("filing_attest", draft.pk), statement)

    assert answer.status_code == 302
    assert Filing.objects.get().status == "submitted"


def test_the_receipt_is_a_paper_with_number_digest_and_code(
    signed_in: Page, submitted: Filing
) -> None:
    answer = signed_in("viewer").get(url("filing_receipt_pdf", submitted.pk))

    assert answer["Content-Type"] == "application/pdf"
    assert submitted.receipt_no in answer["Content-Disposition"]
    paper = answer.getvalue()
    assert paper.startswith(b"%PDF")
    said = receipt_says(submitted)
    assert (said["digest"], said["receipt_no"]) == (submitted.digest, submitted.receipt_no)
    assert [each["zh"] for each in said["kinds"]] == ["开采"]
    assert signed_in("filer").get(url("filing_receipt_pdf", submitted.pk)).getvalue() == paper


def test_a_draft_has_no_receipt_on_paper(signed_in: Page, draft: Filing) -> None:
    assert signed_in("filer").get(url("filing_receipt_pdf", draft.pk)).status_code == 404


def test_filing_attest_refuses_the_preparer_and_names_who_can(
    signed_in: Page, draft: Filing, filer: User, attester: User, noon: datetime
) -> None:
    Filing.objects.filter(pk=draft.pk).update(prepared_by=attester)
    from tests.cast import make_user

    other = make_user(draft.enterprise.organisation, "attester", full_name="Wang Fang")
    hand_over(filing=draft, by=filer, at=noon)

    answer = signed_in("attester").post(
        url("filing_attest", draft.pk),
        {"seen": noon.isoformat(), **signed(attester)},
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "a second person" in text
    assert other.full_name in text


def test_filing_attest_offers_nothing_to_sign_before_the_draft_was_handed_over(
    signed_in: Page, draft: Filing, attester: User
) -> None:
    client = signed_in("attester")

    page = client.get(url("filing_attest", draft.pk)).content.decode()
    answer = client.post(url("filing_attest", draft.pk), {"seen": "", **signed(attester)})

    assert "id_secret" not in page
    assert answer.status_code == 422
    assert "has not handed the draft over" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "who"), [("filing_hand_over", "attester"), ("filing_discard", "attester")]
)
def test_deeds_of_the_filer_are_not_the_attesters(
    signed_in: Page, draft: Filing, name: str, who: str
) -> None:
    assert signed_in(who).post(url(name, draft.pk)).status_code == 403


@pytest.mark.parametrize("name", ["filing_hand_over", "filing_discard", "filing_preview"])
def test_deeds_on_a_strangers_draft_find_nothing(
    signed_in: Page, draft: Filing, southern_filer: User, name: str
) -> None:
    client = signed_in("southern_filer")
    ask = client.get if name == "filing_preview" else client.post

    assert ask(url(name, draft.pk)).status_code == 404


def test_filing_discard_throws_the_draft_away(signed_in: Page, draft: Filing) -> None:
    answer = signed_in("filer").post(url("filing_discard", draft.pk))

    assert answer.status_code == 302
    assert not Filing.objects.exists()


def test_filing_nil_hands_an_empty_draft_over(signed_in: Page, filer: User) -> None:
    signed_in("filer").post(url("filing_nil", "2025-02"))

    nil = Filing.objects.get()
    assert (nil.record_count, nil.status) == (0, "draft")
    assert nil.ready_at


def test_filing_amend_begins_a_version_with_a_reason(signed_in: Page, submitted: Filing) -> None:
    client = signed_in("filer")

    without = client.post(url("filing_amend", "2025-02"), {"reason": " "})
    begun = client.post(
        url("filing_amend", "2025-02"), {"reason_kind": "left_out", "reason": "A lot was forgotten"}
    )

    assert (without.status_code, begun.status_code) == (422, 302)
    draft = Filing.objects.get(status="draft")
    assert (draft.version, draft.reason) == (2, "A lot was forgotten")
    submitted.refresh_from_db()
    assert submitted.status == "submitted"


def test_filing_preview_says_plainly_that_a_cap_is_exceeded(signed_in: Page, draft: Filing) -> None:
    text = signed_in("filer").get(url("filing_preview", draft.pk)).content.decode()

    assert "over the cap" in text
    assert "0.600" in text
    assert Filing.objects.get().status == "draft"


def test_filing_preview_folds_what_would_fill_pages(signed_in: Page, sent: Page) -> None:
    line = GOOD.splitlines()[1]
    lots = [line.replace(b"L-1", b"FOLD-%d" % nth) for nth in range(20)]
    draft = sent(b"\n".join([GOOD.splitlines()[0], *lots])).filing

    text = signed_in("filer").get(url("filing_preview", draft.pk)).content.decode()

    assert "Show 5 more" in text
    assert text.count("FOLD-") == 20


# --- uploads ---


def test_upload_detail_lists_and_exports_the_faults(signed_in: Page, sent: Page) -> None:
    upload = sent(BAD)
    client = signed_in("filer")

    text = client.get(upload.get_absolute_url()).content.decode()
    exported = client.get(upload.get_absolute_url(), {"export": "csv"})

    assert "is no kind of record" in text
    assert "gift" in b"".join(exported.streaming_content).decode()


@pytest.mark.parametrize("name", ["upload_detail", "upload_progress", "upload_file"])
def test_uploads_are_the_enterprises_own(
    signed_in: Page, sent: Page, southern_filer: User, viewer: User, name: str
) -> None:
    upload = sent()

    assert signed_in("southern_filer").get(url(name, upload.pk)).status_code == 404
    assert signed_in("viewer").get(url(name, upload.pk)).status_code == 403


def test_upload_file_is_the_file_as_it_came(signed_in: Page, sent: Page) -> None:
    answer = signed_in("filer").get(url("upload_file", sent().pk))

    assert b"".join(answer.streaming_content) == GOOD
    assert answer["Content-Disposition"].startswith("attachment")


def test_upload_progress_reloads_the_page_when_it_is_over(
    signed_in: Page, sent: Page, northern: Enterprise, february: Month, filer: User, noon: datetime
) -> None:
    waiting = receive_upload(
        enterprise=northern, month=february, file_name="f", content=GOOD, by=filer, at=noon
    )
    client = signed_in("filer")

    over = client.get(url("upload_progress", sent().pk))
    under_way = client.get(url("upload_progress", waiting.pk))

    assert over.headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in under_way.headers
    assert "hx-trigger" in under_way.content.decode()
