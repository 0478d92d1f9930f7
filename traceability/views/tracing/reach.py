"""Where much ends at once: from a mine, a product, months or a country to buyers and uses."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enterprises.models import Enterprise
from enterprises.queries import seen_by
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page
from portal.kernel.quantity import shares
from portal.kernel.templatetags.portal import named
from traceability.forms.tracing import ReachForm
from traceability.models import Product
from traceability.permissions import Perm
from traceability.queries.tracing import reach as queries
from traceability.queries.tracing.flows import Question
from traceability.queries.tracing.lines import PLACES_IN_FILES
from traceability.queries.tracing.since import filed_since
from traceability.queries.tracing.walk import Asked, moment_known
from traceability.views.tracing.addresses import leading
from traceability.views.tracing.files import FORMS, About, file_answer
from traceability.views.tracing.followed import lead_of_reached
from traceability.views.tracing.pictures import on_page

ENDS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class PickedShown:
    """What the form picked, in words, and where it ends; `offered` where a name fits several."""

    form: ReachForm
    title: str
    reach: queries.Reach
    offered: list[Enterprise]
    undecided: bool


def picked_by(request: HttpRequest) -> PickedShown:
    """What the address asks for, and where it ends."""
    products = [(one.pk, f"{one.code} {named(one)}") for one in Product.objects.all()]
    form = ReachForm(request.GET, today=clock.today(), products=products)
    offered = queries.enterprises_like(request.user, form.asked("who") or "")
    chosen = offered[0] if len(offered) == 1 else None
    undecided = bool(form.asked("who")) and chosen is None
    reach = queries.Reach(queries.ZERO, []) if undecided else _reach(request, form, chosen)
    title = form.asked("who") if undecided else _title(form, chosen, products)
    return PickedShown(form, title, reach, offered if undecided else [], undecided)


@require_safe
@requires(Perm.VIEW_FILINGS)
def reach_detail(request: HttpRequest) -> HttpResponseBase:
    """The buyers and uses that something reached, or the mines behind a buyer or a country."""
    picked = picked_by(request)
    form, reach = picked.form, picked.reach
    upstream = form.asked("way") == "back"
    stages = dict(Product.Stage.choices)
    lead = leading(request, form)
    picture = queries.picture_of_reach(
        reach, picked.title, stages, lambda end: lead_of_reached(lead, end)
    )
    if (form_of := request.GET.get("export")) in FORMS:
        title = _("What stands behind") if upstream else _("Where it ends")
        about = About(title, form.months, picked.title, form.known_on)
        return file_answer(form_of, "reach", about, *_table(reach), picture, by_stage=True)
    return page(
        request,
        "traceability/reach_detail.html",
        {
            "form": form,
            "known_on": form.known_on,
            "since": filed_since(
                request.user,
                Question(*form.months, seen_by(request.user), moment_known(form.known_on)),
            ),
            "offered": picked.offered,
            "undecided": picked.undecided,
            "months": form.months,
            "upstream": upstream,
            "chosen": picked.title,
            "reach": reach,
            "total_url": lead_of_reached(lead, None),
            "rows": [
                (end, stages.get(end.stage, ""), lead_of_reached(lead, end))
                for end in reach.ends[:ENDS_SHOWN]
            ],
            **on_page(picture),
        },
    )


def _reach(request: HttpRequest, form: ReachForm, chosen: Enterprise | None) -> queries.Reach:
    first, last = form.months
    return queries.reach_of(
        queries.Picked(
            first=first,
            last=last,
            enterprise=chosen.pk if chosen else None,
            product=form.asked("product"),
            country=form.asked("country") or "",
        ),
        Asked(
            upstream=form.asked("way") == "back",
            known_at=moment_known(form.known_on),
            seen=seen_by(request.user),
        ),
    )


def _title(form: ReachForm, chosen: Enterprise | None, products: list[tuple[int, str]]) -> str:
    """What was picked, in words."""
    words = [named(chosen)] if chosen else []
    if product := form.asked("product"):
        words.append(dict(products)[product])
    if country := form.asked("country"):
        words.append(country)
    everything = _("all exports") if form.asked("way") == "back" else _("all sources")
    return " · ".join(words) or everything


def _table(reach: queries.Reach) -> tuple[list[str], list[list[Any]]]:
    header = [_("What"), _("Enterprise"), _("Country"), _("Stage"), _("kg REO"), _("Percent")]
    stages = {key: str(label) for key, label in Product.Stage.choices}
    parts = shares([end.kg for end in reach.ends], places=PLACES_IN_FILES)
    rows: list[list[Any]] = [
        [
            str(end.kind.label),
            named(end.enterprise) if end.enterprise else "",
            end.country,
            stages.get(end.stage, ""),
            end.kg,
            round(part * 100, PLACES_IN_FILES),
        ]
        for end, part in zip(reach.ends, parts, strict=True)
    ]
    return header, rows
