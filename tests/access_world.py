"""The small world that the access table is held against: people, their objects, and others'."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.test import Client

from allocations import services as allocations
from allocations.models import Decision, Eligibility, Scenario
from allocations.rules import LineKey, ScenarioRules
from enterprises.models import Enterprise
from portal.accounts.models import Organisation, Region, User
from portal.kernel.models import Holiday
from portal.kernel.period import CIVIL, Month
from portal.machines.services import create_key
from portal.notices.kinds import Kind
from portal.notices.models import Notice
from tests.cast import designate, make_enterprise, make_user
from tests.traceability.events import document
from tests.traceability.ledger import file, sale
from traceability.models import Filing, Finding, Lot, Pool
from traceability.queries.epcis import recorded_in
from traceability.rules.draws import Factors
from traceability.rules.epcis.events import events_of
from traceability.rules.shipments import NEITHER, Answer, ShipmentKey
from traceability.services import cases, draws, handover, saved_views
from traceability.services.captures import receive_capture
from traceability.services.filings import submit_filing
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation
from traceability.services.shipments import refuse_shipment
from traceability.services.supervision import ask_about_filing
from traceability.services.tolerances import propose_tolerance
from traceability.services.trials import ask_trial
from traceability.services.uploads import receive_upload

# Noon of 5 March 2025 in China: February can still be filed.
NOON = datetime(2025, 3, 5, 12, tzinfo=CIVIL)
TODAY = date(2025, 3, 5)
# A day on which the 2025 measures, and so their penalties, were in force.
AUTUMN = datetime(2025, 11, 5, 12, tzinfo=CIVIL)
JANUARY, FEBRUARY = Month(2025, 1), Month(2025, 2)

Arguments = dict[str, Any]


@dataclass
class World:
    """Who asks (by the column of the table), and what the addresses are about."""

    people: dict[str, User]
    northern: Enterprise
    southern: Enterprise
    sessions: dict[str, str]
    arguments: dict[str, dict[str, Arguments]] = field(default_factory=dict)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)

    def tell(self, name: str, whose: str, /, **arguments: Any) -> None:
        """Let the address `name` be about this object of `whose`."""
        self.arguments.setdefault(name, {})[whose] = arguments

    def about(self, name: str, whose: str) -> Arguments:
        """The arguments of the address `name` for the object that is `whose`; none for `-`."""
        return {} if whose == "-" else self.arguments[name][whose]


def build() -> World:
    """Everybody and everything, inside the transaction of whoever asks."""
    baotou = Region.objects.create(
        code="150200", parent_id="150000", level=2, name_en="Baotou", name_zh="包头市"
    )
    ganzhou = Region.objects.create(
        code="360700", parent_id="360000", level=2, name_en="Ganzhou", name_zh="赣州市"
    )
    since = {"files_from": Month(2025, 1)}
    northern = make_enterprise("Northern", baotou, "mining", "separation", **since)
    southern = make_enterprise("Southern", ganzhou, "separation", **since)
    people = _people(northern)
    world = World(
        people=people,
        northern=northern,
        southern=southern,
        sessions={who: _session(person) for who, person in people.items()},
    )
    _enterprises(world)
    _allocations(world)
    _traceability(world)
    _machines(world)
    _accounts(world)
    _notices(world)
    _shipments(world)
    return world


def _session(person: User) -> str:
    """The key of a session in which `person` is signed in."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _people(northern: Enterprise) -> dict[str, User]:
    miit = Organisation.objects.get(ministry="MIIT")
    industry = Organisation.objects.get(region="150000", department="industry")
    operator = Organisation.objects.get(kind="operator")
    return {
        "drafter": make_user(miit, "drafter"),
        "signatory": make_user(miit, "signatory"),
        "supervisor": make_user(miit, "supervisor"),
        "viewer": make_user(miit, "viewer"),
        "recipient": make_user(industry, "recipient"),
        "filer": make_user(northern.organisation, "filer"),
        "attester": make_user(northern.organisation, "attester"),
        "auditor": make_user(Organisation.objects.get(kind="audit"), "auditor"),
        "administrator": make_user(operator, "administrator"),
    }


def _enterprises(world: World) -> None:
    for which, enterprise in (("own", world.northern), ("foreign", world.southern)):
        for name in ("enterprise_detail", "enterprise_change", "site_add", "designation_add"):
            world.tell(f"enterprises:{name}", which, enterprise_id=enterprise.pk)
        designation = designate(enterprise, "separation")
        world.tell("enterprises:designation_end", which, designation_id=designation.pk)
        for name in ("enterprise", "enterprise_name"):
            world.tell(f"api:{name}", which, uscc=enterprise.uscc)
        world.tell("traceability:enterprise_checks", which, pk=enterprise.pk)
        for name in ("findings", "use", "filings"):
            world.tell(f"traceability:enterprise_{name}_fragment", which, pk=enterprise.pk)
        world.tell("allocations:enterprise_caps_fragment", which, pk=enterprise.pk)
        world.tell(
            "allocations:cap_detail", which, pk=enterprise.pk, year=2025, category="separation"
        )


def _allocations(world: World) -> None:
    drafter = world.people["drafter"]
    issued = allocations.transcribe_decision(
        year=2025,
        regime=Decision.Regime.TOTAL_CONTROL,
        kind=Decision.Kind.ANNUAL,
        document_no="MIIT [2025] 1",
        approval_no="State Council [2025] 1",
        ceilings=[allocations.CeilingEntry("separation", Decimal(1_000_000), "")],
        allocations=[
            allocations.AllocationEntry(enterprise, "separation", Decimal(400_000), "")
            for enterprise in (world.northern, world.southern)
        ],
        by=drafter,
        at=NOON,
    )
    _official_notice(world)
    draft = allocations.draft_decision(
        year=2025,
        regime=Decision.Regime.TOTAL_CONTROL,
        kind=Decision.Kind.BATCH,
        by=drafter,
        at=NOON,
    )
    found = allocations.find_eligibility(
        enterprise=world.northern,
        criterion=Eligibility.Criterion.SCALE,
        verdict=Eligibility.Verdict.MET,
        evidence="Inspection",
        attachment_name="report.pdf",
        attachment=b"%PDF-1.7",
        by=drafter,
        at=NOON,
    )
    world.tell("allocations:eligibility_attachment", "any", pk=found.pk)
    for name in ("eligibility_detail", "eligibility_add", "capacity_add"):
        world.tell(f"allocations:{name}", "any", pk=world.northern.pk)
    for whose, enterprise in (("own", world.northern), ("foreign", world.southern)):
        penalty = allocations.enter_penalty(
            enterprise=enterprise,
            category="separation",
            ground="records",
            authority=world.people["drafter"].organisation,
            document="7",
            decided_on=AUTUMN.date(),
            over_kg=Decimal(0),
            by=world.people["supervisor"],
            at=AUTUMN,
        )
        world.tell("allocations:penalty_detail", whose, pk=penalty.pk)
    scenario = Scenario.objects.create(
        year=2026,
        category="separation",
        name="Balanced",
        total_kg=Decimal(90),
        rules=ScenarioRules(Decimal(90), {"last": Decimal(1)}).told(),
        made_by=world.people["drafter"],
        made_at=NOON,
    )
    for name in ("detail", "compare", "promote"):
        world.tell(f"allocations:scenario_{name}", "any", pk=scenario.pk)
    for name in ("take", "decline", "set_aside"):
        world.tell(f"allocations:penalty_{name}", "any", pk=penalty.pk)
    world.tell("allocations:penalty_enter", "any", pk=world.northern.pk)
    world.tell("allocations:decision_detail", "any", pk=issued.pk)
    world.tell("allocations:decision_sheet", "any", pk=issued.pk, kind="csv")
    world.tell("allocations:decision_copies", "any", pk=issued.pk)
    for name in (
        "lines",
        "grid",
        "grid_rows",
        "import",
        "circulate",
        "sign",
        "order",
        "issue",
        "stop",
        "withdraw",
    ):
        world.tell(f"allocations:decision_{name}", "any", pk=draft.pk)
    world.tell("allocations:decision_comments", "any", pk=draft.pk)
    said = allocations.comment_line(
        decision=draft, line=LineKey(), text="Too early", by=world.people["signatory"], at=NOON
    )
    world.tell("allocations:comment_settle", "any", pk=said.pk)
    world.tell("allocations:year_detail", "any", year=2025)
    for which, region in (("own", "150000"), ("foreign", "360000")):
        copy = issued.copies.get(recipient__region=region, recipient__department="industry")
        for name in (
            "allocations:copy_detail",
            "allocations:copy_acknowledge",
            "allocations:copy_pass_down",
            "allocations:copy_ask",
            "api:copy_acknowledge",
        ):
            world.tell(name, which, pk=copy.pk)
    asked = allocations.ask_about_copy(
        copy=issued.copies.get(recipient=world.people["recipient"].organisation),
        text="Is it right?",
        by=world.people["recipient"],
        at=NOON,
    )
    world.tell("allocations:copy_query_answer", "any", pk=asked.pk)


def _official_notice(world: World) -> None:
    """A decision signed and issued in the portal, with its notice and the extracts of copies."""
    drafter, signatory = world.people["drafter"], world.people["signatory"]
    decision = allocations.draft_decision(
        year=2025,
        regime=Decision.Regime.TOTAL_CONTROL,
        kind=Decision.Kind.BATCH,
        by=drafter,
        at=NOON,
    )
    decision = allocations.set_lines(
        decision=decision,
        ceilings=[],
        allocations=[
            allocations.AllocationEntry(enterprise, "separation", Decimal(10_000), "")
            for enterprise in (world.northern, world.southern)
        ],
        by=drafter,
        at=NOON,
    )
    decision = allocations.circulate(decision=decision, by=drafter, at=NOON)
    of_mnr = make_user(Organisation.objects.get(ministry="MNR"), "signatory")
    for by in (signatory, of_mnr):
        allocations.sign(
            decision=decision, verdict="agreed", digest=decision.content_digest, by=by, at=NOON
        )
    decision = allocations.order_issue(
        decision=decision, document_no="MIIT [2025] 2", approval_no="", by=signatory, at=NOON
    )
    decision = allocations.issue(decision=decision, by=signatory, at=decision.issues_at)
    notice = allocations.make_notice(decision=decision, by=signatory, at=decision.issued_at)
    world.tell("allocations:decision_notice", "any", pk=decision.pk)
    world.tell("allocations:notice_detail", "any", token=notice.token)
    for which, region in (("own", "150000"), ("foreign", "360000")):
        copy = decision.copies.get(recipient__region=region, recipient__department="industry")
        world.tell("allocations:copy_extract", which, pk=copy.pk)


def _traceability(world: World) -> None:
    run = ask_reconciliation(year=2025, as_of=TODAY, by=world.people["supervisor"], at=NOON)
    run_reconciliation(reconciliation=run, at=NOON)  # nobody filed January
    for name in ("reconciliation_detail", "reconciliation_progress"):
        world.tell(f"traceability:{name}", "any", pk=run.pk)
    _tolerances(world)
    for which, enterprise in (("own", world.northern), ("foreign", world.southern)):
        found = Finding.objects.get(enterprise=enterprise, code="missing_filing", month="2025-01")
        for name in ("forecast_detail", "dossier_detail", "dossier_pdf"):
            world.tell(f"traceability:{name}", which, pk=enterprise.pk)
        world.tell("traceability:finding_detail", which, pk=found.pk)
        world.tell("api:finding", which, pk=found.pk)
        _case(world, which, found)
        lot = Lot.objects.create(maker=enterprise, number="ORE-MIX-2501-0001")
        Pool.objects.create(kind="holding", lot=lot, enterprise=enterprise)
        for name in ("lot_detail", "lot_records", "lot_label", "lot_pdf", "lot_epcis"):
            world.tell(f"traceability:{name}", which, pk=lot.pk)
        world.tell("traceability:lot_link", which, uscc=enterprise.uscc, number=lot.number)
    _filings(world)
    _draws(world)


def _draws(world: World) -> None:
    """One of the two is to be inspected."""
    told = {"title": "First quarter", "year": 2025, "quarter": 1, "province": None, "size": 1}
    draw = draws.draft_draw(
        **told,
        activity="",
        strata="none",
        factors=Factors(1, 1, 1),
        by=world.people["supervisor"],
        at=NOON,
    )
    second = make_user(world.people["supervisor"].organisation, "supervisor")
    words = "seven quiet magpies on a roof"
    draws.commit_draw(
        draw=draw,
        words=words,
        salt="5a" * 32,
        draws_after=NOON + timedelta(hours=1),
        by=second,
        at=NOON,
    )
    draws.draw_sample(draw=draw, words=words, by=second, at=NOON + timedelta(hours=2))
    view = saved_views.save_view(
        listing="cases",
        name="Caps",
        query="topic=caps",
        is_shared=True,
        is_default=False,
        by=world.people["supervisor"],
        at=NOON,
    )
    world.tell("traceability:view_drop", "any", pk=view.pk)
    for name in ("detail", "population", "file", "commit", "sample", "close"):
        world.tell(f"traceability:draw_{name}", "any", pk=draw.pk)
    world.tell("traceability:inspection_record", "any", pk=draw.drawn.get().pk)


def _tolerances(world: World) -> None:
    """A change of a tolerance that waits to be decided."""
    proposal = propose_tolerance(
        name="jump_factor",
        value=Decimal(6),
        valid_from=date(2025, 4, 1),
        reason="Seasons",
        by=world.people["supervisor"],
        at=NOON,
    )
    trial = ask_trial(
        values={"jump_factor": Decimal(6)},
        first_month=JANUARY,
        last_month=JANUARY,
        as_of=TODAY,
        by=world.people["supervisor"],
        at=NOON,
    )
    for name in ("trial_detail", "trial_progress"):
        world.tell(f"traceability:{name}", "any", pk=trial.pk)
    world.tell("traceability:tolerance_detail", "any", name="jump_factor")
    for step in ("detail", "approve", "decline", "withdraw"):
        world.tell(f"traceability:proposal_{step}", "any", pk=proposal.pk)


def _case(world: World, which: str, found: Finding) -> None:
    """The finding's case, in which the enterprise was asked with a file."""
    asked = cases.ask_enterprise(
        case=found.case,
        text="Why?",
        due_on=date(2025, 4, 1),
        attachment=cases.Attachment("question.pdf", b"%PDF-"),
        by=world.people["supervisor"],
        at=NOON,
    )
    for step in ("detail", "assign", "ask", "answer", "note", "merge", "close"):
        world.tell(f"traceability:case_{step}", which, pk=found.case_id)
    for name in ("traceability:case_attachment", "api:case_attachment"):
        world.tell(name, which, pk=found.case_id, entry_id=asked.pk)
    for name in ("case", "case_answer"):
        world.tell(f"api:{name}", which, pk=found.case_id)


def _filings(world: World) -> None:
    """January submitted, February handed over, and a file on the list, of both enterprises."""
    people = world.people
    southerner = {
        role: make_user(world.southern.organisation, role) for role in ("filer", "attester")
    }
    for which, enterprise, by in (
        ("own", world.northern, people),
        ("foreign", world.southern, southerner),
    ):
        sent = handover.declare_nil(enterprise=enterprise, month=JANUARY, by=by["filer"], at=NOON)
        submit_filing(filing=sent, by=by["attester"], at=NOON)
        asked = ask_about_filing(filing=sent, text="Why?", by=people["supervisor"], at=NOON)
        world.tell("api:filing_remark", which, pk=asked.pk)
        upload = receive_upload(
            enterprise=enterprise,
            month=FEBRUARY,
            file_name="february.csv",
            content=b"kind",
            by=by["filer"],
            at=NOON,
        )
        draft = handover.declare_nil(enterprise=enterprise, month=FEBRUARY, by=by["filer"], at=NOON)
        capture = receive_capture(
            enterprise=enterprise,
            content=document(),
            behaviour="rollback",
            by=by["filer"],
            at=NOON,
        )
        for name in (
            "api:epcis_capture",
            "traceability:capture_detail",
            "traceability:capture_file",
        ):
            world.tell(name, which, capture_id=capture.capture_id)
        for names, about in (
            (
                (
                    *("filing_detail", "filing_receipt", "filing_receipt_pdf", "filing_epcis"),
                    *("filing_return", "filing_ask", "filing_answer"),
                ),
                sent,
            ),
            (("filing_attest", "filing_discard", "filing_hand_over", "filing_preview"), draft),
            (
                ("upload_detail", "upload_file", "upload_progress", "upload_rows", "upload_stop"),
                upload,
            ),
        ):
            for name in names:
                world.tell(f"traceability:{name}", which, pk=about.pk)
        for name in (
            "traceability:filing_detail",
            "api:filing",
            "api:filing_records",
            "api:filing_hand_over",
            "api:filing_submit",
            "api:filing_receipt",
            "api:filing_preview",
            "api:filing_unfinished_rows",
        ):
            world.tell(name, f"{which}-draft", pk=draft.pk)
        for name, about in (
            ("filing", sent),
            ("filing_records", sent),
            ("filing_receipt", sent),
            ("filing_differences", sent),
            ("filing_answer", sent),
            *((name, upload) for name in ("upload", "upload_file", "upload_rows", "upload_stop")),
        ):
            world.tell(f"api:{name}", which, pk=about.pk)
    for name, month in (("month", FEBRUARY), ("nil", FEBRUARY), ("template", FEBRUARY)):
        world.tell(f"traceability:filing_{name}", "any", month=month)
    for name in ("rows", "shape", "workspace", "workspace_rows", "look_up"):
        world.tell(f"traceability:filing_{name}", "any", month=FEBRUARY)
    for name in ("month", "month_template", "month_shape"):
        world.tell(f"api:{name}", "any", month=str(FEBRUARY))
    world.tell("traceability:filing_row", "any", month=FEBRUARY, line=0)
    world.tell("traceability:filing_amend", "any", month=JANUARY)


def _shipments(world: World) -> None:
    """What an enterprise elsewhere sent to both: one of each waits, the other never came."""
    sichuan = Region.objects.get(code="510000")
    third = make_enterprise("Third", sichuan, "separation", files_from=Month(2025, 1))
    sent = file(
        third,
        "2025-02",
        *(sale(10, number, "100", world.northern, number) for number in ("W1", "N1")),
        *(sale(10, number, "100", world.southern, number) for number in ("W2", "N2")),
    )
    _events(world, sent)
    for whose, enterprise, number in (
        ("own", world.northern, "1"),
        ("foreign", world.southern, "2"),
    ):
        waiting, missing = (
            ShipmentKey(third.pk, enterprise.pk, third.lots.get(number=name).pk, name)
            for name in (f"W{number}", f"N{number}")
        )
        answer = refuse_shipment(
            key=missing,
            answer=Answer(Decimal(0), None, "Never came"),
            seen_kg=Decimal(100),
            if_closed=NEITHER,
            by=make_user(enterprise.organisation, "filer"),
            at=NOON,
        )
        world.tell("traceability:shipment_answer", whose, pk=answer.pk)
        for name in ("shipment", "shipment_answer"):
            world.tell(f"api:{name}", whose, key=str(waiting))
        for name in ("shipment_take_back", "shipment_remarks"):
            world.tell(f"api:{name}", whose, key=str(missing))
        for name in ("detail", "accept", "refuse"):
            world.tell(f"traceability:shipment_{name}", whose, key=waiting)
        for name in ("take_back", "write", "rule"):
            world.tell(f"traceability:shipment_{name}", whose, key=missing)
    world.tell("traceability:shipment_month", "any", month=FEBRUARY)


def _events(world: World, sent: Filing) -> None:
    """What records of an enterprise elsewhere are told as."""
    first = next(events_of(recorded_in(sent), base="https://portal.example"))
    world.tell("api:epcis_event", "foreign", event_id=first["eventID"])
    for name, value in (
        ("event_type", "ObjectEvent"),
        ("epc", first["quantityList"][0]["epcClass"]),
        ("biz_step", "shipping"),
        ("disposition", "in_transit"),
        ("read_point", first["readPoint"]["id"]),
    ):
        world.tell(f"api:epcis_{name}_events", "any", value=value)
    world.tell("api:epcis_resource", "any", resource="bizSteps", value="shipping")
    world.tell("api:epcis_query", "any", rest="mine/events")
    world.tell("api:epcis_page_token", "any", token="1-2-3")


def _machines(world: World) -> None:
    for whose, enterprise in (("own", world.northern), ("foreign", world.southern)):
        key, _token = create_key(
            purpose="ERP",
            scope="file",
            expires_on=date(2025, 6, 30),
            by=make_user(enterprise.organisation, "filer"),
            at=NOON,
        )
        for deed in ("detail", "revoke", "allow", "end_attestation"):
            world.tell(f"machines:key_{deed}", whose, pk=key.pk)
        for name in ("key", "key_revoke"):
            world.tell(f"api:{name}", whose, pk=key.pk)


def _accounts(world: World) -> None:
    somebody = make_user(world.southern.organisation, "filer")
    for name in ("detail", "deactivate", "reactivate", "send_link", "reset_second_factor"):
        world.tell(f"accounts:user_{name}", "any", user_id=somebody.pk)
    world.tell("accounts:user_invite", "any", organisation_id=world.southern.organisation.pk)
    world.tell("account_reset_password_from_key", "any", uidb36="1", key="made-up")
    world.tell("help:page", "any", name="filing")
    world.tell("accounts:calendar_year", "any", year=2025)
    world.tell("accounts:day_remove", "any", pk=Holiday.objects.first().pk)
    clicked = make_user(world.southern.organisation, "filer", username="demo-filer")
    world.bodies["accounts:demo_sign_in"] = {"name": clicked.username}


def _notices(world: World) -> None:
    """One of the filer's, one of a stranger's."""
    stranger = make_user(world.southern.organisation, "filer")
    for whose, user in (("own", world.people["filer"]), ("foreign", stranger)):
        notice = Notice.objects.create(
            user=user,
            organisation=user.organisation,
            kind=Kind.COPY_RECEIVED,
            subject="1",
            facts={"decision": "2025-01", "document_no": "1", "due_on": "2025-03-12"},
            at=NOON,
        )
        for deed in ("open", "read"):
            world.tell(f"notices:notice_{deed}", whose, pk=notice.pk)
