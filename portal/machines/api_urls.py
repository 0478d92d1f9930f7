"""The addresses of keys in the API."""

from django.urls import path

from portal.machines.api import KeyApi, KeyRevokeApi, KeysApi

urlpatterns = [
    path("keys", KeysApi.as_view(), name="keys"),
    path("keys/<int:pk>", KeyApi.as_view(), name="key"),
    path("keys/<int:pk>/revoke", KeyRevokeApi.as_view(), name="key_revoke"),
]
