"""Flows of a period as a picture and as balances, and the records behind every figure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to, groups_visible_to, regions_with_enterprises
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page
from portal.kernel.tables import list_page
from portal.kernel.templatetags.portal import named
from traceability.forms.tracing import FlowForm
from traceability.permissions import Perm
from traceability.queries.tracing import flows as queries
from traceability.queries.tracing.lots import records_visible_to
from traceability.queries.tracing.reach import enterprises_like
from traceability.queries.tracing.since import filed_since
from traceability.queries.tracing.walk import moment_known
from traceability.rules.tracing.flows import Balance, Entry
from traceability.rules.tracing.picture import addressed
from traceability.tables.tracing import RecordListFilter, RecordListTable
from traceability.views.tracing.addresses import (
    Lead,
    lead_of_flow_link,
    lead_of_flow_node,
    leading,
    number_in,
)
from traceability.views.tracing.files import FORMS, About, file_answer
from traceability.views.tracing.pictures import on_page

# Less would be shown as 0.000 t.
SHOWN_LEAST = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class EntryShown:
    """One way in or out with its words; `record_url` leads to the records behind it."""

    entry: Entry
    other: str
    record_url: str


@dataclass(frozen=True, slots=True)
class BalanceShown:
    """One balance as the page shows it."""

    title: str
    inward: list[EntryShown]
    outward: list[EntryShown]
    total_kg: Decimal
    within_kg: Decimal
    in_url: str
    out_url: str
    within_url: str


@require_safe
@requires(Perm.VIEW_FILINGS)
def flow_detail(request: HttpRequest) -> HttpResponseBase:
    """What was mined, made, traded and used in a period: balanced at every stage."""
    form = flow_form(request)
    asked = question(request, form)
    parts = queries.parts_of(by_product=form.asked("by") == "product")
    found = queries.balanced(queries.flows_of(asked), parts)
    lead = leading(request, form)
    picture = queries.picture_of_flows(found, parts)
    if (form_of := request.GET.get("export")) in FORMS:
        about = about_of(request, form, _("Flows"))
        return file_answer(form_of, "flows", about, *_table(found, parts), picture, by_stage=True)
    return page(
        request,
        "traceability/flow_detail.html",
        {
            "form": form,
            "known_on": form.known_on,
            "since": filed_since(request.user, asked),
            "whose": whose(request, form),
            "element": queries.ELEMENTS[form.asked("element")][0] if form.asked("element") else "",
            "first": asked.first,
            "last": asked.last,
            **on_page(addressed(picture, lead_of_flow_node(lead), lead_of_flow_link(lead))),
            "balances": [_shown(each, parts, lead) for each in found],
        },
    )


@require_safe
@requires(Perm.VIEW_FILINGS)
def record_list(request: HttpRequest) -> HttpResponseBase:
    """The records in force that the reader may see; figures lead here."""
    return list_page(
        request,
        template="traceability/record_list.html",
        name="records",
        table=RecordListTable,
        filters=RecordListFilter,
        queryset=records_visible_to(request.user),
    )


def flow_form(request: HttpRequest) -> FlowForm:
    """The form that pages of flows share, with what the reader may choose from."""
    provinces = regions_with_enterprises(request.user).filter(level=1)
    data, fitting = _whose_named(request)
    return FlowForm(
        data,
        fitting=fitting,
        today=clock.today(),
        provinces=[(region.code, named(region)) for region in provinces],
        groups=[(group.pk, named(group)) for group in groups_visible_to(request.user)],
        elements=[(key, label) for key, (label, _oxides) in queries.ELEMENTS.items()],
    )


def _whose_named(request: HttpRequest) -> tuple[QueryDict, list[Enterprise]]:
    """What was asked, with the enterprise that was named, or the name of the one that was chosen.

    A name that was typed goes before a choice that an address brought along.
    """
    data = request.GET.copy()
    if "called" in data:
        fitting = enterprises_like(request.user, data["called"])
        data["enterprise"] = str(fitting[0].pk) if len(fitting) == 1 else ""
        return data, fitting
    pk = number_in(data.get("enterprise"))
    fitting = list(enterprises_visible_to(request.user).filter(pk=pk)) if pk else []
    if fitting:
        data["called"] = named(fitting[0])
    return data, fitting


def question(request: HttpRequest, form: FlowForm) -> queries.Question:
    """Which flows the form asks for, within what the reader may see."""
    first, last = form.months
    return queries.Question(
        first=first,
        last=last,
        scope=queries.scope_of(
            request.user,
            province=form.asked("province") or "",
            group=form.asked("group"),
            enterprise=form.asked("enterprise"),
        ),
        known_at=moment_known(form.known_on),
        oxides=queries.ELEMENTS[form.asked("element") or ""][1],
    )


def whose(request: HttpRequest, form: FlowForm) -> str:
    """Whose flows are shown, in words."""
    words = []
    for name in ("province", "group"):
        if chosen := form.asked(name):
            words.append(str(dict(form.fields[name].choices)[chosen]))  # type: ignore[attr-defined]
    if pk := form.asked("enterprise"):
        found = enterprises_visible_to(request.user).filter(pk=pk).first()
        words.append(named(found) if found else "—")
    return " · ".join(words)


def _shown(balance: Balance, parts: queries.Parts, lead: Lead) -> BalanceShown:
    node = parts.node(balance.key)

    def entry_shown(entry: Entry) -> EntryShown:
        other = parts.node(entry.other).label if entry.other is not None else ""
        side = "in" if entry.inward else "out"
        url = lead(of="flow", side=side, part=balance.key, kind=entry.kind, other=entry.other)
        return EntryShown(entry, other, url)

    def total(side: str) -> str:
        return lead(of="flow", side=side, part=balance.key)

    return BalanceShown(
        title=f"{node.label} {node.note}".strip(),
        inward=[entry_shown(entry) for entry in balance.inward if entry.kg >= SHOWN_LEAST],
        outward=[entry_shown(entry) for entry in balance.outward if entry.kg >= SHOWN_LEAST],
        total_kg=balance.total_kg,
        within_kg=balance.within_kg,
        in_url=total("in"),
        out_url=total("out"),
        within_url=total("within"),
    )


def about_of(request: HttpRequest, form: FlowForm, title: str) -> About:
    """What a page of flows is about, for its files."""
    words = [whose(request, form)]
    if element := form.asked("element"):
        words.append(str(queries.ELEMENTS[element][0]))
    return About(title, form.months, " · ".join(word for word in words if word), form.known_on)


def _table(found: list[Balance], parts: queries.Parts) -> tuple[list[str], list[list[Any]]]:
    header = [_("Stage or product"), _("Side"), _("What"), _("From or into"), _("kg")]
    rows: list[list[Any]] = []
    for balance in found:
        label = parts.node(balance.key).label
        for side, entries in ((_("in"), balance.inward), (_("out"), balance.outward)):
            for entry in entries:
                other = parts.node(entry.other).label if entry.other is not None else ""
                kg = round(entry.kg, 3)
                rows.append([label, side, capfirst(str(entry.kind.label)), other, kg])
    return header, rows
