"""The addresses of allocations."""

from django.urls import URLPattern, URLResolver

app_name = "allocations"
urlpatterns: list[URLPattern | URLResolver] = []
