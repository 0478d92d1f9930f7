"""The addresses of traceability in the API."""

from django.urls import URLPattern, URLResolver, path

from traceability.api.filings import (
    FilingApi,
    FilingRecordsApi,
    FilingsApi,
    UploadApi,
    UploadsApi,
)
from traceability.api.findings import FindingApi, FindingsApi

urlpatterns: list[URLPattern | URLResolver] = [
    path("filings", FilingsApi.as_view(), name="filings"),
    path("filings/<int:pk>", FilingApi.as_view(), name="filing"),
    path("filings/<int:pk>/records", FilingRecordsApi.as_view(), name="filing_records"),
    path("findings", FindingsApi.as_view(), name="findings"),
    path("findings/<int:pk>", FindingApi.as_view(), name="finding"),
    path("uploads", UploadsApi.as_view(), name="uploads"),
    path("uploads/<int:pk>", UploadApi.as_view(), name="upload"),
]
