"""The inspector's dossier on an enterprise and a period, as a page and on paper."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.charts import Chart
from portal.kernel.pages import page
from portal.kernel.papers import typeset
from portal.kernel.templatetags import portal as shown
from traceability.forms.dossiers import DossierForm
from traceability.permissions import Perm
from traceability.queries.dossier.caps import cap_years
from traceability.queries.dossier.filings import amendments, months_filed
from traceability.queries.dossier.found import (
    cases_in_period,
    findings_in_period,
    penalties_in_period,
)
from traceability.queries.dossier.partners import partners
from traceability.queries.dossier.period import Period
from traceability.queries.dossier.recoveries import recoveries
from traceability.queries.dossier.stock import stock_by_product
from traceability.queries.reliability import conduct_of
from traceability.rules.reliability import score
from traceability.tables import dossier as words


@require_safe
@requires(Perm.VIEW_DOSSIERS)
def dossier_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """All that an inspector needs to know of an enterprise and some months."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    form = DossierForm(request.GET, today=clock.today())
    period = form.period
    context = {
        "enterprise": enterprise,
        "shown_form": DossierForm(
            {"first": str(period.first), "last": str(period.last)}, today=clock.today()
        ),
        "period": period,
        "query": f"?first={period.first}&last={period.last}",
        "sections": _sections(enterprise, period, request.user),
    }
    return page(request, "traceability/dossier_detail.html", context)


@require_safe
@requires(Perm.VIEW_DOSSIERS)
def dossier_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    period = DossierForm(request.GET, today=clock.today()).period
    said = _on_paper(enterprise, period, request.user)
    answer = HttpResponse(
        typeset("papers/dossier.typ", said, at=clock.now()), content_type="application/pdf"
    )
    name = f"dossier-{enterprise.uscc or enterprise.pk}-{period.first}-{period.last}.pdf"
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer


def _sections(enterprise: Enterprise, period: Period, user: User) -> list[words.Section]:
    """Each section from its own queries, the score first."""
    conduct = conduct_of([enterprise], period)[enterprise.pk]
    return [
        words.score_section(score(conduct, on=period.last.last_day)),
        words.caps_section(cap_years(enterprise, period), period),
        words.stock_section(stock_by_product(enterprise, period)),
        words.recoveries_section(recoveries(enterprise, period)),
        words.partners_section(partners(enterprise, period)),
        words.filings_section(months_filed(enterprise, period)),
        words.amendments_section(amendments(enterprise, period)),
        words.findings_section(findings_in_period(enterprise, period, user)),
        words.cases_section(cases_in_period(enterprise, period, user)),
        words.penalties_section(penalties_in_period(enterprise, period, user)),
    ]


def _on_paper(enterprise: Enterprise, period: Period, user: User) -> dict[str, Any]:
    """What the paper says, in the reader's language."""
    return {
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "title": _("Dossier: %(enterprise)s") % {"enterprise": shown.named(enterprise)},
        "footer": _("Rare Earth Total Volume Control Portal"),
        "facts": [
            [_("Unified social credit code"), enterprise.uscc or "—"],
            [_("Region"), shown.named(enterprise.region)],
            [_("Period"), f"{shown.month(period.first)} – {shown.month(period.last)}"],
            [_("Printed"), f"{shown.moment(clock.now())} · {user}"],
        ],
        "sections": [_section_on_paper(each) for each in _sections(enterprise, period, user)],
    }


def _section_on_paper(section: words.Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "texts": [section.none] if section.is_empty else list(section.texts),
        "charts": [_chart_on_paper(chart) for _key, chart in section.charts],
        "sheets": [
            {
                "caption": sheet.caption,
                "header": [cell.text for cell in sheet.header],
                "numbers": [cell.number for cell in sheet.header],
                "rows": [[cell.text for cell in row] for row in sheet.rows],
            }
            for sheet in section.sheets
        ],
    }


def _chart_on_paper(chart: Chart) -> dict[str, Any]:
    """The figures of a chart, and its highest and lowest, which the paper scales by."""
    drawn = chart.drawn
    values = [value for one in drawn["series"] for value in one["values"] if value is not None]
    least = 0.0 if any(one["form"] == "bar" for one in drawn["series"]) else min(values, default=0)
    most = max(values, default=0)
    ends = [shown.number(Decimal(str(end)), chart.places) for end in (least, most)]
    reach = f"{' – '.join(ends)} {chart.unit}"
    return drawn | {"least": least, "most": most, "reach": reach}
