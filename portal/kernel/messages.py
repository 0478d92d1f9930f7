"""Finds every string that is said to people, without GNU gettext: for the catalogue and a test."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

SOURCES = ("portal", "enterprises", "allocations", "traceability")
TEMPLATES = "templates"
# Function name → how many of its leading arguments are context, singular, plural.
_SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
_CALLS = re.compile(r"\b(?:_|gettext|ngettext|pgettext|npgettext)\(")


@dataclass(frozen=True, slots=True)
class Message:
    """One string as written in the source, with its context and plural, and where it stands."""

    text: str
    plural: str | None
    context: str | None
    place: str


def collect(root: Path) -> Iterator[Message]:
    """Every message of the Python sources and templates under `root`, in order of the files."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from in_python(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    for path in sorted((root / TEMPLATES).rglob("*")):
        if path.suffix in {".html", ".txt", ".typ"}:
            yield from in_template(path.read_text(encoding="utf-8"), str(path.relative_to(root)))


def in_python(source: str, place: str) -> Iterator[Message]:
    """The messages of a Python source; raises ValueError for one that is not a plain string."""
    for node in ast.walk(ast.parse(source, place)):
        if isinstance(node, ast.Call) and (name := _called(node)):
            yield _message(name, node, f"{place}:{node.lineno}")


def in_template(source: str, place: str) -> Iterator[Message]:
    """The messages of a Django template."""
    python = templatize(source, origin=place)
    for match in _CALLS.finditer(python):
        call = _balanced(python, match.start())
        tree = ast.parse(call.replace("\n", "\\n"), mode="eval").body
        if isinstance(tree, ast.Call) and (name := _called(tree)):
            line = python.count("\n", 0, match.start()) + 1
            yield _message(name, tree, f"{place}:{line}")


def _balanced(text: str, start: int) -> str:
    """The call that begins at `start`, up to its closing bracket outside of quotes."""
    depth, quote, position = 0, "", start
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if not depth:
                return text[start : position + 1]
        position += 1
    raise ValueError(f"a call without an end: {text[start : start + 40]!r}")


def _called(node: ast.Call) -> str | None:
    name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
    known = _SINGULAR | _PLURAL | _CONTEXT | _CONTEXT_PLURAL
    return name if name in known and node.args else None


def _message(name: str, node: ast.Call, place: str) -> Message:
    count = 1 + (name in _PLURAL) + (name in _CONTEXT) + 2 * (name in _CONTEXT_PLURAL)
    words = [_literal(argument, place) for argument in node.args[:count]]
    context = words.pop(0) if name in _CONTEXT | _CONTEXT_PLURAL else None
    return Message(words[0], words[1] if len(words) > 1 else None, context, place)


def _literal(node: ast.expr, place: str) -> str:
    try:
        value = ast.literal_eval(node)
    except ValueError as error:
        raise ValueError(f"{place}: a translated string must be written out") from error
    if not isinstance(value, str):
        raise TypeError(f"{place}: not a string: {value!r}")
    return value
