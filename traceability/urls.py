"""The addresses of traceability."""

from django.urls import URLPattern, URLResolver, path

from traceability.views import caps, findings, reconciliations

app_name = "traceability"
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "enterprises/<int:pk>/use/", caps.enterprise_use_fragment, name="enterprise_use_fragment"
    ),
    path("findings/", findings.finding_list, name="finding_list"),
    path("findings/<int:pk>/", findings.finding_detail, name="finding_detail"),
    path(
        "enterprises/<int:pk>/findings/",
        findings.enterprise_findings_fragment,
        name="enterprise_findings_fragment",
    ),
    path("tolerances/", findings.tolerance_list, name="tolerance_list"),
    path("reconciliations/", reconciliations.reconciliation_list, name="reconciliation_list"),
    path("reconciliations/run/", reconciliations.reconciliation_run, name="reconciliation_run"),
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
]
