"""The addresses of traceability."""

from django.urls import URLPattern, URLResolver, path, register_converter

from portal.kernel.period import Month
from traceability.rules.shipments import KEY_FORM, ShipmentKey
from traceability.views import (
    bulk,
    caps,
    captures,
    cases,
    desk,
    dossiers,
    draws,
    filings,
    findings,
    forecasts,
    reconciliations,
    saved_views,
    supervision,
    tolerances,
    trials,
    uploads,
    verdicts,
    workspace,
)
from traceability.views.shipments import answers, pages
from traceability.views.tracing import figures, flows, interchange, lots, overview, reach


class MonthConverter:
    """A month in an address, like 2025-03; one that does not exist is no address."""

    regex = r"[0-9]{4}-[0-9]{2}"

    def to_python(self, text: str) -> Month:
        """The Month."""
        return Month.parse(text)

    def to_url(self, month: Month | str) -> str:
        """2025-03."""
        return str(month)


class ShipmentConverter:
    """A shipment in an address, by what names it; one that can't be read is no address."""

    regex = KEY_FORM

    def to_python(self, text: str) -> ShipmentKey:
        """Its key."""
        return ShipmentKey.parse(text)

    def to_url(self, key: ShipmentKey | str) -> str:
        """The key as text."""
        return str(key)


register_converter(MonthConverter, "month")
register_converter(ShipmentConverter, "shipment")

app_name = "traceability"
urlpatterns: list[URLPattern | URLResolver] = [
    path("enterprises/<int:pk>/use/", caps.enterprise_use_fragment, name="enterprise_use_fragment"),
    path(
        "enterprises/<int:pk>/filings/",
        filings.enterprise_filings_fragment,
        name="enterprise_filings_fragment",
    ),
    path("forecasts/", forecasts.forecast_list, name="forecast_list"),
    path("forecasts/<int:pk>/", forecasts.forecast_detail, name="forecast_detail"),
    path("desk/", desk.filing_desk, name="filing_desk"),
    path("desk/<month:month>/", desk.filing_month, name="filing_month"),
    path("desk/<month:month>/amend/", desk.filing_amend, name="filing_amend"),
    path("desk/<month:month>/nil/", desk.filing_nil, name="filing_nil"),
    path("desk/<month:month>/template/", desk.filing_template, name="filing_template"),
    path("desk/<month:month>/rows/", workspace.filing_rows, name="filing_rows"),
    path("desk/<month:month>/rows/<int:line>/", workspace.filing_row, name="filing_row"),
    path("desk/<month:month>/shape/", workspace.filing_shape, name="filing_shape"),
    path("desk/<month:month>/workspace/", workspace.filing_workspace, name="filing_workspace"),
    path(
        "desk/<month:month>/workspace/rows/",
        workspace.filing_workspace_rows,
        name="filing_workspace_rows",
    ),
    path("desk/<month:month>/workspace/look-up/", workspace.filing_look_up, name="filing_look_up"),
    path("desk/uploads/<int:pk>/", uploads.upload_detail, name="upload_detail"),
    path("desk/uploads/<int:pk>/file/", uploads.upload_file, name="upload_file"),
    path("desk/uploads/<int:pk>/rows/", uploads.upload_rows, name="upload_rows"),
    path("desk/uploads/<int:pk>/stop/", uploads.upload_stop, name="upload_stop"),
    path("desk/uploads/<int:pk>/progress/", uploads.upload_progress, name="upload_progress"),
    path("desk/events/", captures.capture_list, name="capture_list"),
    path("desk/events/<uuid:capture_id>/", captures.capture_detail, name="capture_detail"),
    path("desk/events/<uuid:capture_id>/file/", captures.capture_file, name="capture_file"),
    path("filings/", filings.filing_list, name="filing_list"),
    path("filings/<int:pk>/", filings.filing_detail, name="filing_detail"),
    path("filings/<int:pk>/attest/", desk.filing_attest, name="filing_attest"),
    path("filings/<int:pk>/discard/", desk.filing_discard, name="filing_discard"),
    path("filings/<int:pk>/hand-over/", desk.filing_hand_over, name="filing_hand_over"),
    path("filings/<int:pk>/preview/", desk.filing_preview, name="filing_preview"),
    path("filings/<int:pk>/answer/", supervision.filing_answer, name="filing_answer"),
    path("filings/<int:pk>/ask/", supervision.filing_ask, name="filing_ask"),
    path("filings/<int:pk>/return/", supervision.filing_return, name="filing_return"),
    path("filings/<int:pk>/receipt.pdf", filings.filing_receipt_pdf, name="filing_receipt_pdf"),
    path("extensions/", supervision.extension_list, name="extension_list"),
    path("extensions/add/", supervision.extension_add, name="extension_add"),
    path("filings/<int:pk>/receipt/", filings.filing_receipt, name="filing_receipt"),
    path("findings/", findings.finding_list, name="finding_list"),
    path("findings/move/", bulk.finding_move, name="finding_move"),
    path("findings/views/", saved_views.view_save, name="view_save"),
    path("findings/views/<int:pk>/drop/", saved_views.view_drop, name="view_drop"),
    path("findings/<int:pk>/", findings.finding_detail, name="finding_detail"),
    path("enterprises/<int:pk>/checks/", verdicts.enterprise_checks, name="enterprise_checks"),
    path(
        "enterprises/<int:pk>/findings/",
        findings.enterprise_findings_fragment,
        name="enterprise_findings_fragment",
    ),
    path("enterprises/<int:pk>/dossier/", dossiers.dossier_detail, name="dossier_detail"),
    path("enterprises/<int:pk>/dossier.pdf", dossiers.dossier_pdf, name="dossier_pdf"),
    path("draws/", draws.draw_list, name="draw_list"),
    path("draws/add/", draws.draw_add, name="draw_add"),
    path("draws/<int:pk>/", draws.draw_detail, name="draw_detail"),
    path("draws/<int:pk>/close/", draws.draw_close, name="draw_close"),
    path("draws/<int:pk>/commit/", draws.draw_commit, name="draw_commit"),
    path("draws/<int:pk>/file/", draws.draw_file, name="draw_file"),
    path("draws/<int:pk>/population/", draws.draw_population, name="draw_population"),
    path("draws/<int:pk>/sample/", draws.draw_sample, name="draw_sample"),
    path("draws/drawn/<int:pk>/", draws.inspection_record, name="inspection_record"),
    path("cases/", cases.case_list, name="case_list"),
    path("cases/bulk/", bulk.case_bulk, name="case_bulk"),
    path("cases/<int:pk>/", cases.case_detail, name="case_detail"),
    path("cases/<int:pk>/assign/", cases.case_assign, name="case_assign"),
    path("cases/<int:pk>/ask/", cases.case_ask, name="case_ask"),
    path("cases/<int:pk>/answer/", cases.case_answer, name="case_answer"),
    path("cases/<int:pk>/note/", cases.case_note, name="case_note"),
    path("cases/<int:pk>/merge/", cases.case_merge, name="case_merge"),
    path("cases/<int:pk>/close/", cases.case_close, name="case_close"),
    path(
        "cases/<int:pk>/attachments/<int:entry_id>/", cases.case_attachment, name="case_attachment"
    ),
    path("findings/tolerances/", tolerances.tolerance_list, name="tolerance_list"),
    path("findings/tolerances/propose/", tolerances.tolerance_propose, name="tolerance_propose"),
    path(
        "findings/tolerances/proposals/<int:pk>/",
        tolerances.proposal_detail,
        name="proposal_detail",
    ),
    path(
        "findings/tolerances/proposals/<int:pk>/approve/",
        tolerances.proposal_approve,
        name="proposal_approve",
    ),
    path(
        "findings/tolerances/proposals/<int:pk>/decline/",
        tolerances.proposal_decline,
        name="proposal_decline",
    ),
    path(
        "findings/tolerances/proposals/<int:pk>/withdraw/",
        tolerances.proposal_withdraw,
        name="proposal_withdraw",
    ),
    path("findings/tolerances/trials/", trials.trial_list, name="trial_list"),
    path("findings/tolerances/trials/add/", trials.trial_add, name="trial_add"),
    path("findings/tolerances/trials/<int:pk>/", trials.trial_detail, name="trial_detail"),
    path(
        "findings/tolerances/trials/<int:pk>/progress/",
        trials.trial_progress,
        name="trial_progress",
    ),
    path("findings/tolerances/<slug:name>/", tolerances.tolerance_detail, name="tolerance_detail"),
    path("shipments/", pages.shipment_inbox, name="shipment_inbox"),
    path("shipments/accept/", answers.shipment_accept_many, name="shipment_accept_many"),
    path("shipments/answers/<int:pk>/", pages.shipment_answer, name="shipment_answer"),
    path("shipments/disputes/", pages.shipment_disputes, name="shipment_disputes"),
    path("shipments/months/<month:month>/", pages.shipment_month, name="shipment_month"),
    path("shipments/sent/", pages.shipment_sent, name="shipment_sent"),
    path("shipments/<shipment:key>/", pages.shipment_detail, name="shipment_detail"),
    path(
        "shipments/<shipment:key>/accept/",
        answers.shipment_accept,
        name="shipment_accept",
    ),
    path(
        "shipments/<shipment:key>/refuse/",
        answers.shipment_refuse,
        name="shipment_refuse",
    ),
    path("shipments/<shipment:key>/rule/", answers.shipment_rule, name="shipment_rule"),
    path(
        "shipments/<shipment:key>/take-back/",
        answers.shipment_take_back,
        name="shipment_take_back",
    ),
    path("shipments/<shipment:key>/write/", answers.shipment_write, name="shipment_write"),
    path("reconciliations/", reconciliations.reconciliation_list, name="reconciliation_list"),
    path("reconciliations/run/", reconciliations.reconciliation_run, name="reconciliation_run"),
    path("reconciliations/replays/", reconciliations.replay_list, name="replay_list"),
    path(
        "reconciliations/<int:pk>/",
        reconciliations.reconciliation_detail,
        name="reconciliation_detail",
    ),
    path(
        "reconciliations/<int:pk>/progress/",
        reconciliations.reconciliation_progress,
        name="reconciliation_progress",
    ),
    path("lots/", lots.lot_list, name="lot_list"),
    path("lots/<int:pk>/", lots.lot_detail, name="lot_detail"),
    path("lots/<int:pk>/records/", lots.lot_records, name="lot_records"),
    path("lots/<int:pk>/label/", interchange.lot_label, name="lot_label"),
    path("lots/<int:pk>/pdf/", interchange.lot_pdf, name="lot_pdf"),
    path("lots/<int:pk>/epcis/", interchange.lot_epcis, name="lot_epcis"),
    path("filings/<int:pk>/epcis/", interchange.filing_epcis, name="filing_epcis"),
    path("8010/<str:uscc>/10/<path:number>", interchange.lot_link, name="lot_link"),
    path("flows/", flows.flow_detail, name="flow_detail"),
    path("flows/map/", overview.flow_map, name="flow_map"),
    path("flows/trade/", overview.flow_trade, name="flow_trade"),
    path("flows/series/", overview.flow_series, name="flow_series"),
    path("flows/reach/", reach.reach_detail, name="reach_detail"),
    path("figures/", figures.figure_detail, name="figure_detail"),
    path("records/", flows.record_list, name="record_list"),
]
