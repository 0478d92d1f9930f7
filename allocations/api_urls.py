"""The addresses of allocations in the API."""

from django.urls import path

from allocations.api import CapsApi, CopiesApi, CopyAcknowledgeApi, DecisionsApi

urlpatterns = [
    path("decisions", DecisionsApi.as_view(), name="decisions"),
    path("caps", CapsApi.as_view(), name="caps"),
    path("copies", CopiesApi.as_view(), name="copies"),
    path("copies/<int:pk>/acknowledge", CopyAcknowledgeApi.as_view(), name="copy_acknowledge"),
]
