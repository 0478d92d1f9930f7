"""The addresses of enterprises."""

from django.urls import path

from enterprises import views

app_name = "enterprises"
urlpatterns = [
    path("", views.enterprise_list, name="enterprise_list"),
    path("add/", views.enterprise_add, name="enterprise_add"),
    path("groups/", views.group_list, name="group_list"),
    path("designated/", views.designation_list, name="designation_list"),
    path("partners/register/", views.partner_register, name="partner_register"),
    path("designations/<int:designation_id>/end/", views.designation_end, name="designation_end"),
    path("<int:enterprise_id>/", views.enterprise_detail, name="enterprise_detail"),
    path("<int:enterprise_id>/change/", views.enterprise_change, name="enterprise_change"),
    path("<int:enterprise_id>/sites/add/", views.site_add, name="site_add"),
    path("<int:enterprise_id>/designations/add/", views.designation_add, name="designation_add"),
]
