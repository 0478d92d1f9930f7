"""The addresses of the kernel."""

from django.urls import URLPattern, URLResolver, path

from portal.kernel import views

app_name = "kernel"
urlpatterns: list[URLPattern | URLResolver] = [path("gallery/", views.gallery, name="gallery")]
