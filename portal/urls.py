"""Every address of the portal; each app keeps its own."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal.accounts.urls import sign_in_urls
from portal.dashboard.urls import help_urls

handler400 = "portal.kernel.api.outside.bad_request"
handler403 = "portal.kernel.api.outside.forbidden"
handler404 = "portal.kernel.api.outside.not_found"
handler500 = "portal.kernel.api.outside.failed"

api_v1 = [
    path("", include("enterprises.api_urls")),
    path("", include("allocations.api_urls")),
    path("", include("traceability.api_urls")),
    path("", include("portal.machines.api_urls")),
    # Who may read the description is in SPECTACULAR_SETTINGS: everyone with an account.
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]

urlpatterns = [
    path("", include("portal.dashboard.urls")),
    path("", include("portal.accounts.urls")),
    path("", include(sign_in_urls)),
    path("", include("portal.kernel.urls")),
    path("help/", include((help_urls, "help"))),
    path("keys/", include("portal.machines.urls")),
    path("notices/", include("portal.notices.urls")),
    path("enterprises/", include("enterprises.urls")),
    path("allocations/", include("allocations.urls")),
    path("traceability/", include("traceability.urls")),
    path("api/v1/", include((api_v1, "api"))),
]
