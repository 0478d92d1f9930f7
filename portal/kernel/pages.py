"""What every page does alike: render, come back with errors, page through a list."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.kernel.errors import Refusal, note


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render `template`; a bound form with errors in `context` answers 422."""
    refused = any(
        isinstance(value, BaseForm) and value.is_bound and value.errors
        for value in context.values()
    )
    return render(request, template, context, status=422 if refused else 200)


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Say a Refusal on the form, at its field when the form has it, with its source."""
    try:
        yield
    except Refusal as refusal:
        note(refusal)
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """Say a Refusal as a message on the page that follows, where a deed has no form of its own."""
    try:
        yield
    except Refusal as refusal:
        note(refusal)
        messages.error(request, str(refusal))
