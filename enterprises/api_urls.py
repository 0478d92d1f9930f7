"""The addresses of enterprises in the API."""

from django.urls import path

from enterprises.api import DesignationsApi, EnterpriseApi, EnterprisesApi

urlpatterns = [
    path("enterprises", EnterprisesApi.as_view(), name="enterprises"),
    path("enterprises/<str:uscc>", EnterpriseApi.as_view(), name="enterprise"),
    path("designations", DesignationsApi.as_view(), name="designations"),
]
