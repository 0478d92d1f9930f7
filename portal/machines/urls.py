"""The addresses of keys."""

from django.urls import path

from portal.machines import views

app_name = "machines"
urlpatterns = [
    path("", views.key_list, name="key_list"),
    path("add/", views.key_create, name="key_create"),
    path("<int:pk>/", views.key_detail, name="key_detail"),
    path("<int:pk>/revoke/", views.key_revoke, name="key_revoke"),
    path("<int:pk>/attestation/", views.key_allow, name="key_allow"),
    path("<int:pk>/attestation/end/", views.key_end_attestation, name="key_end_attestation"),
]
