"""The addresses of the first pages and of the help."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from portal.dashboard import views

app_name = "dashboard"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("territory.xlsx", views.territory_export, name="territory_export"),
]

help_urls = [
    path("", views.help_index, name="index"),
    path("<slug:name>/", views.help_page, name="page"),
]

if settings.DEMO:
    from portal.dashboard import demonstration_views

    urlpatterns += [
        path(
            "demonstration/advance/",
            demonstration_views.advance,
            name="demonstration_advance",
        ),
        path(
            "demonstration/records/",
            demonstration_views.records,
            name="demonstration_records",
        ),
    ]
