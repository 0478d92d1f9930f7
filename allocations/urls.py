"""The addresses of deciding and distributing."""

from django.urls import path, re_path

from allocations.views import (
    caps,
    comments,
    copies,
    decisions,
    eligibility,
    grid,
    notices,
    penalties,
    regimes,
    sheets,
    steps,
    years,
)

app_name = "allocations"
urlpatterns = [
    path("decisions/", decisions.decision_list, name="decision_list"),
    path("decisions/add/", decisions.decision_add, name="decision_add"),
    path("decisions/<int:pk>/", decisions.decision_detail, name="decision_detail"),
    path("decisions/<int:pk>/lines/", decisions.decision_lines, name="decision_lines"),
    path("decisions/<int:pk>/grid/", grid.decision_grid, name="decision_grid"),
    path("decisions/<int:pk>/grid/rows/", grid.decision_grid_rows, name="decision_grid_rows"),
    path("decisions/<int:pk>/import/", sheets.decision_import, name="decision_import"),
    re_path(
        r"^decisions/(?P<pk>\d+)/lines\.(?P<kind>csv|xlsx)$",
        sheets.decision_sheet,
        name="decision_sheet",
    ),
    path("decisions/<int:pk>/circulate/", steps.decision_circulate, name="decision_circulate"),
    path("decisions/<int:pk>/sign/", steps.decision_sign, name="decision_sign"),
    path("decisions/<int:pk>/order/", steps.decision_order, name="decision_order"),
    path("decisions/<int:pk>/stop/", steps.decision_stop, name="decision_stop"),
    path("decisions/<int:pk>/copies/", copies.decision_copies, name="decision_copies"),
    path("decisions/<int:pk>/issue/", steps.decision_issue, name="decision_issue"),
    path("decisions/<int:pk>/withdraw/", steps.decision_withdraw, name="decision_withdraw"),
    path("decisions/<int:pk>/comments/", comments.decision_comments, name="decision_comments"),
    path("comments/<int:pk>/settle/", comments.comment_settle, name="comment_settle"),
    path("copies/", copies.copy_list, name="copy_list"),
    path("copies/<int:pk>/", copies.copy_detail, name="copy_detail"),
    path("copies/<int:pk>/acknowledge/", copies.copy_acknowledge, name="copy_acknowledge"),
    path("copies/<int:pk>/pass-down/", copies.copy_pass_down, name="copy_pass_down"),
    path("copies/<int:pk>/ask/", copies.copy_ask, name="copy_ask"),
    path("copies/queries/", copies.copy_query_list, name="copy_query_list"),
    path("copies/queries/<int:pk>/answer/", copies.copy_query_answer, name="copy_query_answer"),
    path("decisions/eligibility/", eligibility.eligibility_list, name="eligibility_list"),
    path(
        "decisions/eligibility/<int:pk>/",
        eligibility.eligibility_detail,
        name="eligibility_detail",
    ),
    path(
        "decisions/eligibility/<int:pk>/add/",
        eligibility.eligibility_add,
        name="eligibility_add",
    ),
    path("decisions/eligibility/<int:pk>/capacity/", eligibility.capacity_add, name="capacity_add"),
    path(
        "decisions/eligibility/attachments/<int:pk>/",
        eligibility.eligibility_attachment,
        name="eligibility_attachment",
    ),
    path("caps/penalties/", penalties.penalty_list, name="penalty_list"),
    path("caps/penalties/add/", penalties.penalty_add, name="penalty_add"),
    path("caps/penalties/<int:pk>/", penalties.penalty_detail, name="penalty_detail"),
    path("caps/penalties/<int:pk>/take/", penalties.penalty_take, name="penalty_take"),
    path("caps/penalties/<int:pk>/decline/", penalties.penalty_decline, name="penalty_decline"),
    path(
        "caps/penalties/<int:pk>/set-aside/", penalties.penalty_set_aside, name="penalty_set_aside"
    ),
    path("enterprises/<int:pk>/penalty/", penalties.penalty_enter, name="penalty_enter"),
    path("decisions/<int:pk>/notice.pdf", notices.decision_notice, name="decision_notice"),
    path("copies/<int:pk>/extract.pdf", notices.copy_extract, name="copy_extract"),
    path("notices/<uuid:token>/", notices.notice_detail, name="notice_detail"),
    path("caps/", caps.cap_list, name="cap_list"),
    path("caps/<int:pk>/<int:year>/<slug:category>/", caps.cap_detail, name="cap_detail"),
    path("decisions/regimes/", regimes.regime_list, name="regime_list"),
    path("decisions/years/", years.year_list, name="year_list"),
    path("decisions/years/<int:year>/", years.year_detail, name="year_detail"),
    path(
        "enterprises/<int:pk>/caps/",
        caps.enterprise_caps_fragment,
        name="enterprise_caps_fragment",
    ),
]
