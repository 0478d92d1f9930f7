"""The addresses of traceability in the API."""

from django.urls import URLPattern, URLResolver, path

from traceability.api.findings import FindingApi, FindingsApi

urlpatterns: list[URLPattern | URLResolver] = [
    path("findings", FindingsApi.as_view(), name="findings"),
    path("findings/<int:pk>", FindingApi.as_view(), name="finding"),
]
