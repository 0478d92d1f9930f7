"""Pages on the calendar of working days and the settings of the portal."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import forms, services
from portal.accounts.permissions import Perm
from portal.accounts.queries import calendar_of, parameters_on
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.models import Holiday
from portal.kernel.pages import page, refusals_on

# The first regime on record, and as far ahead as anybody would plan.
YEARS = range(2012, 2101)


@requires(Perm.KEEP_CALENDAR)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The calendar of the present year."""
    return redirect("accounts:calendar_year", clock.today().year)


@requires(Perm.KEEP_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_year(request: HttpRequest, year: int) -> HttpResponse:
    """The days of a year on which work differs from the week, and the form to enter one."""
    if year not in YEARS:
        raise Http404
    form = forms.DayForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            entered = services.enter_day(by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The day is on record."))
            return redirect("accounts:calendar_year", entered.day.year)
    context = {"form": form, "calendar": calendar_of(year, today=clock.today())}
    return page(request, "accounts/calendar.html", context)


@requires(Perm.KEEP_CALENDAR)
@require_POST
def day_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a day follow the week again."""
    holiday = get_object_or_404(Holiday, pk=pk)
    year = holiday.day.year
    services.remove_day(holiday=holiday, by=request.user, at=clock.now())
    messages.success(request, _("The day follows the week again."))
    return redirect("accounts:calendar_year", year)


@requires(Perm.ADMINISTER_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def parameter_list(request: HttpRequest) -> HttpResponse:
    """Every setting with its value today and those before and to come; the form to set one."""
    form = forms.ParameterForm(request.POST or None, today=clock.today())
    if form.is_valid():
        with refusals_on(form):
            services.set_parameter(by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The setting is on record."))
            return redirect("accounts:parameter_list")
    context = {"form": form, "parameters": parameters_on(clock.today())}
    return page(request, "accounts/parameter_list.html", context)
