"""The addresses of traceability in the API."""

from django.urls import URLPattern, URLResolver, path

from traceability.api.cases import CaseAnswerApi, CaseApi, CaseAttachmentApi, CasesApi
from traceability.api.deeds import FilingHandOverApi, FilingSubmitApi, NilReturnsApi
from traceability.api.epcis.capture import CaptureApi, CapturesApi
from traceability.api.epcis.events import (
    BizStepEventsApi,
    DispositionEventsApi,
    EpcEventsApi,
    EventApi,
    EventsApi,
    EventTypeEventsApi,
    ReadPointEventsApi,
)
from traceability.api.epcis.resources import (
    BizLocationsApi,
    BizStepsApi,
    DispositionsApi,
    EpcsApi,
    EventTypesApi,
    NotOfferedApi,
    ReadPointsApi,
    ResourceApi,
    TopLevelApi,
)
from traceability.api.filings import FilingApi, FilingReceiptApi, FilingsApi
from traceability.api.findings import FindingApi, FindingsApi
from traceability.api.months import MonthApi, MonthsApi, MonthShapeApi, MonthTemplateApi
from traceability.api.records import FilingRecordsApi
from traceability.api.reference import (
    CountriesApi,
    EnterpriseNameApi,
    FindingCodesApi,
    KindsApi,
    ProductsApi,
)
from traceability.api.rows import LotsOfferedApi, PartnersOfferedApi, UnfinishedRowsApi
from traceability.api.shipments import (
    ShipmentAnswerApi,
    ShipmentAnswersApi,
    ShipmentApi,
    ShipmentRemarksApi,
    ShipmentsApi,
    ShipmentTakeBackApi,
)
from traceability.api.standings import (
    BalancesApi,
    CapStandingApi,
    FilingDifferencesApi,
    FilingPreviewApi,
)
from traceability.api.supervision import (
    ExtensionsApi,
    FilingAnswerApi,
    FilingRemarkApi,
    FilingRemarksApi,
)
from traceability.api.uploads import (
    UploadApi,
    UploadFileApi,
    UploadRowsApi,
    UploadsApi,
    UploadStopApi,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("filings", FilingsApi.as_view(), name="filings"),
    path("filings/<int:pk>", FilingApi.as_view(), name="filing"),
    path("filings/<int:pk>/records", FilingRecordsApi.as_view(), name="filing_records"),
    path("filings/<int:pk>/hand-over", FilingHandOverApi.as_view(), name="filing_hand_over"),
    path("filings/<int:pk>/submit", FilingSubmitApi.as_view(), name="filing_submit"),
    path("filings/<int:pk>/receipt", FilingReceiptApi.as_view(), name="filing_receipt"),
    path("filings/<int:pk>/differences", FilingDifferencesApi.as_view(), name="filing_differences"),
    path("filings/<int:pk>/preview", FilingPreviewApi.as_view(), name="filing_preview"),
    path("filings/<int:pk>/answer", FilingAnswerApi.as_view(), name="filing_answer"),
    path(
        "filings/<int:pk>/unfinished-rows",
        UnfinishedRowsApi.as_view(),
        name="filing_unfinished_rows",
    ),
    path("months", MonthsApi.as_view(), name="months"),
    path("months/<str:month>", MonthApi.as_view(), name="month"),
    path("months/<str:month>/template", MonthTemplateApi.as_view(), name="month_template"),
    path("months/<str:month>/shape", MonthShapeApi.as_view(), name="month_shape"),
    path("filing-remarks", FilingRemarksApi.as_view(), name="filing_remarks"),
    path("filing-remarks/<int:pk>", FilingRemarkApi.as_view(), name="filing_remark"),
    path("extensions", ExtensionsApi.as_view(), name="extensions"),
    path("nil-returns", NilReturnsApi.as_view(), name="nil_returns"),
    path("findings", FindingsApi.as_view(), name="findings"),
    path("findings/<int:pk>", FindingApi.as_view(), name="finding"),
    path("cases", CasesApi.as_view(), name="cases"),
    path("cases/<int:pk>", CaseApi.as_view(), name="case"),
    path("cases/<int:pk>/answer", CaseAnswerApi.as_view(), name="case_answer"),
    path(
        "cases/<int:pk>/attachments/<int:entry_id>",
        CaseAttachmentApi.as_view(),
        name="case_attachment",
    ),
    path("shipments", ShipmentsApi.as_view(), name="shipments"),
    path("shipments/answers", ShipmentAnswersApi.as_view(), name="shipment_answers"),
    path("shipments/<str:key>", ShipmentApi.as_view(), name="shipment"),
    path("shipments/<str:key>/answer", ShipmentAnswerApi.as_view(), name="shipment_answer"),
    path("shipments/<str:key>/take-back", ShipmentTakeBackApi.as_view(), name="shipment_take_back"),
    path("shipments/<str:key>/remarks", ShipmentRemarksApi.as_view(), name="shipment_remarks"),
    path("cap-standing", CapStandingApi.as_view(), name="cap_standing"),
    path("balances", BalancesApi.as_view(), name="balances"),
    path("reference/products", ProductsApi.as_view(), name="products"),
    path("reference/kinds", KindsApi.as_view(), name="kinds"),
    path("reference/finding-codes", FindingCodesApi.as_view(), name="finding_codes"),
    path("reference/countries", CountriesApi.as_view(), name="countries"),
    path("reference/enterprises/<str:uscc>", EnterpriseNameApi.as_view(), name="enterprise_name"),
    path("look-up/lots", LotsOfferedApi.as_view(), name="lots_offered"),
    path("look-up/partners", PartnersOfferedApi.as_view(), name="partners_offered"),
    path("epcis", TopLevelApi.as_view(), name="epcis"),
    path("epcis/events", EventsApi.as_view(), name="epcis_events"),
    path("epcis/events/<path:event_id>", EventApi.as_view(), name="epcis_event"),
    path("epcis/eventTypes", EventTypesApi.as_view(), name="epcis_event_types"),
    path(
        "epcis/eventTypes/<str:value>/events",
        EventTypeEventsApi.as_view(),
        name="epcis_event_type_events",
    ),
    path("epcis/epcs", EpcsApi.as_view(), name="epcis_epcs"),
    path("epcis/epcs/<path:value>/events", EpcEventsApi.as_view(), name="epcis_epc_events"),
    path("epcis/bizSteps", BizStepsApi.as_view(), name="epcis_biz_steps"),
    path(
        "epcis/bizSteps/<path:value>/events",
        BizStepEventsApi.as_view(),
        name="epcis_biz_step_events",
    ),
    path("epcis/dispositions", DispositionsApi.as_view(), name="epcis_dispositions"),
    path(
        "epcis/dispositions/<path:value>/events",
        DispositionEventsApi.as_view(),
        name="epcis_disposition_events",
    ),
    path(
        "epcis/readPoints/<path:value>/events",
        ReadPointEventsApi.as_view(),
        name="epcis_read_point_events",
    ),
    path("epcis/readPoints", ReadPointsApi.as_view(), name="epcis_read_points"),
    path("epcis/bizLocations", BizLocationsApi.as_view(), name="epcis_biz_locations"),
    path("epcis/capture", CapturesApi.as_view(), name="epcis_captures"),
    path("epcis/capture/<uuid:capture_id>", CaptureApi.as_view(), name="epcis_capture"),
    path("epcis/queries", NotOfferedApi.as_view(), name="epcis_queries"),
    path("epcis/queries/<path:rest>", NotOfferedApi.as_view(), name="epcis_query"),
    path("epcis/nextPageToken/<str:token>", NotOfferedApi.as_view(), name="epcis_page_token"),
    path("epcis/<str:resource>/<path:value>", ResourceApi.as_view(), name="epcis_resource"),
    path("uploads", UploadsApi.as_view(), name="uploads"),
    path("uploads/<int:pk>", UploadApi.as_view(), name="upload"),
    path("uploads/<int:pk>/file", UploadFileApi.as_view(), name="upload_file"),
    path("uploads/<int:pk>/rows", UploadRowsApi.as_view(), name="upload_rows"),
    path("uploads/<int:pk>/stop", UploadStopApi.as_view(), name="upload_stop"),
]
