"""Pages on the keys of an enterprise."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on, refusals_told
from portal.kernel.tables import list_page
from portal.machines import forms, queries, services, tables
from portal.machines.models import Key
from portal.machines.permissions import Perm


@requires(Perm.VIEW_KEYS)
@require_safe
def key_list(request: HttpRequest) -> HttpResponseBase:
    """The keys of one's enterprise."""
    keys = queries.with_standing(queries.keys_visible_to(request.user), today=clock.today())
    return list_page(
        request,
        template="machines/key_list.html",
        name="keys",
        table=tables.KeyTable,
        queryset=keys,
        context={"may_create": request.user.holds(Perm.CREATE_KEY)},
    )


@requires(Perm.CREATE_KEY)
@require_http_methods(["GET", "HEAD", "POST"])
def key_create(request: HttpRequest) -> HttpResponse:
    """Make a key; the answer to the form is the only page that ever shows it."""
    form = forms.KeyForm(request.POST or None, today=clock.today())
    if form.is_valid():
        with refusals_on(form):
            key, token = services.create_key(by=request.user, at=clock.now(), **form.cleaned_data)
            answer = page(request, "machines/key_created.html", {"key": key, "token": token})
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return page(request, "machines/key_create.html", {"form": form})


@requires(Perm.VIEW_KEYS)
@require_safe
def key_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One key: whom it acts for, whether it attests, and the ways to end it."""
    key = _visible_key(request, pk)
    attests = key.attester_id is not None
    context = {
        "key": key,
        "may_allow": request.user.holds(Perm.ALLOW_ATTESTATION)
        and key.user_id != request.user.pk
        and key.scope == Key.Scope.FILE
        and not attests,
        "may_end": attests,
    }
    return page(request, "machines/key_detail.html", context)


@requires(Perm.VIEW_KEYS)
@require_POST
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key at once and for good."""
    key = _visible_key(request, pk)
    with refusals_told(request):
        services.revoke_key(key=key, by=request.user, at=clock.now())
        messages.success(request, _("The key is revoked; nothing opens with it any more."))
    return redirect("machines:key_detail", key.pk)


@requires(Perm.ALLOW_ATTESTATION)
@require_POST
def key_allow(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what the key submits count as attested by oneself."""
    key = _visible_key(request, pk)
    with refusals_told(request):
        services.allow_attestation(key=key, by=request.user, at=clock.now())
        messages.success(request, _("What this key submits now counts as attested by you."))
    return redirect("machines:key_detail", key.pk)


@requires(Perm.VIEW_KEYS)
@require_POST
def key_end_attestation(request: HttpRequest, pk: int) -> HttpResponse:
    """What the key submits no longer counts as attested."""
    key = _visible_key(request, pk)
    services.end_attestation(key=key, by=request.user, at=clock.now())
    messages.success(request, _("This key submits nothing any more."))
    return redirect("machines:key_detail", key.pk)


def _visible_key(request: HttpRequest, pk: int) -> Key:
    keys = queries.with_standing(queries.keys_visible_to(request.user), today=clock.today())
    return get_object_or_404(keys, pk=pk)
