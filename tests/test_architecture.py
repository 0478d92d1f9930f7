"""The laws of the house (style.md), as far as a test can hold them."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import allauth
import pytest
from django.apps import apps
from django.db import models
from django.urls import get_resolver

from portal.accounts.roles import ROLES
from portal.accounts.tables import ACTIONS, FACTS
from tests.test_access import walk

ROOT = Path(__file__).parent.parent
APPS = {
    "kernel": ROOT / "portal" / "kernel",
    "accounts": ROOT / "portal" / "accounts",
    "machines": ROOT / "portal" / "machines",
    "notices": ROOT / "portal" / "notices",
    "enterprises": ROOT / "enterprises",
    "allocations": ROOT / "allocations",
    "traceability": ROOT / "traceability",
    "dashboard": ROOT / "portal" / "dashboard",
}
BUSINESS = ("accounts", "machines", "notices", "enterprises", "allocations", "traceability")
ROOMS = {
    *("models", "permissions", "rules", "queries", "services", "forms", "serializers", "tables"),
    *("tasks", "views", "api", "api_urls", "urls", "admin"),
    *("apps", "migrations", "management", "fixtures"),  # Django's own
}
# Rooms that one app alone has, each with its reason.
OWN_ROOMS = {
    "accounts": {
        "adapters": "how allauth is held to the rules",
        "backends": "permissions from the role",
        "language": "middleware",
        "mfa": "middleware",
        "refused": "middleware",
        "roles": "every role with its permissions",
        "sign_in": "middleware, and who axes locks out",
    },
    "machines": {
        "backends": "who shows a key",
        "idempotency": "a write that is repeated, and middleware",
        "rates": "how often a caller may ask",
    },
    "notices": {"kinds": "every kind of notice with its words"},
    "enterprises": {"backends": "permissions for one enterprise"},
    "traceability": {"sheets": "spreadsheets: written, and read in a process of their own"},
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "mixins", "signals", "managers", "constants"}
MOST_LINES = 300
TEMPLATES = ROOT / "templates"
BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}


def own_modules(*names: str) -> Iterator[Path]:
    """The source files of these apps, of all when none is named, without migrations."""
    for name in names or APPS:
        for path in sorted(APPS[name].rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def room_of(path: Path) -> str:
    """The room a source file lies in."""
    folder = next(folder for folder in APPS.values() if path.is_relative_to(folder))
    return path.relative_to(folder).parts[0].removesuffix(".py")


def told(path: Path) -> str:
    """A path as a failure names it."""
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> set[str]:
    """The full names of what a module imports."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_models() -> list[type[models.Model]]:
    return [model for name in APPS for model in apps.get_app_config(name).get_models()]


# --- rooms ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("app", BUSINESS)
def test_every_app_has_the_same_rooms_and_only_these(app):
    rooms = {
        path.name.removesuffix(".py")
        for path in APPS[app].iterdir()
        if path.name not in {"__init__.py", "__pycache__"}
    }

    assert rooms - ROOMS - set(OWN_ROOMS.get(app, {})) == set()


def test_no_room_is_a_lumber_room():
    named = {part for path in own_modules() for part in (path.stem, path.parent.name)}

    assert named & FORBIDDEN_NAMES == set()


def test_no_module_outgrows_three_hundred_lines():
    long = {
        told(path): lines
        for path in own_modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }

    assert long == {}


def test_a_day_is_given_to_the_browser_as_it_reads_it():
    plain = [
        told(path)
        for path in own_modules()
        if re.search(r"DateInput\((?![^)]*%Y-%m-%d)", path.read_text(encoding="utf-8"))
    ]

    assert plain == []  # in Chinese a day prints otherwise, and the field stays empty
    own = [told(path) for path in own_modules() if "DateInput" in path.read_text(encoding="utf-8")]
    assert own == ["portal/kernel/widgets.py"]


def test_every_module_class_and_public_function_says_what_it_is():
    silent = [
        f"{told(path)}: {name}"
        for path in own_modules()
        if path.stat().st_size
        for name, node in _public(parsed(path))
        if not ast.get_docstring(node)
    ]

    assert silent == []


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef]]:
    yield "module", tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node


# --- what a room may know ------------------------------------------------------------------------
def test_rules_import_no_framework():
    guilty = {
        f"{told(path)}: {name}"
        for path in own_modules(*BUSINESS)
        if room_of(path) == "rules"
        for name in imported(path)
        if name.startswith(("django.", "rest_framework", "celery"))
        and not name.startswith(("django.utils.translation", "django.utils.functional.Promise"))
    }

    assert guilty == set()


def test_the_clock_is_read_by_views_api_tasks_and_commands_alone():
    below = {"models", "permissions", "rules", "queries", "services", "forms", "serializers"}

    guilty = {
        told(path)
        for path in own_modules(*BUSINESS)
        if room_of(path) in below and "portal.kernel.clock" in imported(path)
    }

    assert guilty == set()


CLOCKS = {
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}
# Who reads the machine's own clock, and why.
READS_THE_MACHINE = {
    "portal/kernel/clock.py": "it is the clock",
    "portal/dashboard/demonstration.py": "sets the demonstration's clock going",
}


def test_nobody_reads_the_machines_clock_past_the_kernels():
    guilty = {
        f"{told(path)}:{node.lineno}"
        for path in own_modules()
        if told(path) not in READS_THE_MACHINE
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (_last_name(node.func.value), node.func.attr) in CLOCKS
    }

    assert guilty == set()


def _last_name(node: ast.expr) -> str:
    return getattr(node, "attr", None) or getattr(node, "id", "")


def test_rows_are_locked_without_their_keys():
    """A row locked with its key makes whoever names it in the audit trail wait, in the chain."""
    guilty = {
        f"{told(path)}:{call.lineno}"
        for path in own_modules(*APPS)
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", "") == "select_for_update"
        and "no_key" not in {each.arg for each in call.keywords}
    }

    assert guilty == set()


def test_services_queue_no_tasks():
    guilty = {
        f"{told(path)}:{number}"
        for path in own_modules(*BUSINESS)
        if room_of(path) == "services"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"\.(delay|apply_async|send_task)\(", line)
    }

    assert guilty == set()


def test_there_are_no_signals():
    guilty = {
        told(path)
        for path in own_modules()
        for name in imported(path)
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
        or (name.startswith(("django.contrib.auth", "allauth", "axes")) and ".signals" in name)
    }

    assert guilty == set()


# --- services ------------------------------------------------------------------------------------
# What happens without a person: the worker's own steps.
WITHOUT_A_PERSON: dict[str, str] = {
    "portal.accounts.services.refusals.record_repeated_refusals": "by whom is who tried",
}
STEPS = {"allocations.services.issuing.make_effective": "shared by issuing and transcribing"}


def deeds() -> Iterator[tuple[str, object]]:
    """The public functions of every app's services."""
    for app in BUSINESS:
        package = apps.get_app_config(app).name
        for path in own_modules(app):
            if room_of(path) != "services":
                continue
            relative = path.relative_to(APPS[app]).with_suffix("")
            module = importlib.import_module(f"{package}.{'.'.join(relative.parts)}")
            yield from _deeds_of(module)


def _deeds_of(module: ModuleType) -> Iterator[tuple[str, object]]:
    source = Path(inspect.getsourcefile(module) or "").read_text(encoding="utf-8")
    for name, function in vars(module).items():
        here = inspect.isfunction(function) and function.__module__ == module.__name__
        full_name = f"{module.__name__}.{name}"
        if not here or name.startswith("_") or full_name in STEPS:
            continue
        if "audit.record" in _body(source, name):
            yield full_name, function


def _body(source: str, name: str) -> str:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_source_segment(source, node) or ""
    return ""


def test_every_deed_names_its_arguments_and_says_who_and_when():
    wrong = []
    for name, function in deeds():
        parameters = inspect.signature(function).parameters.values()
        named = all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in parameters)
        told_by = {one.name for one in parameters}
        needed = {"at"} if name in WITHOUT_A_PERSON else {"by", "at"}
        if not named or not needed <= told_by:
            wrong.append(name)

    assert wrong == []


def test_every_deed_is_one_transaction():
    loose = [
        name
        for name, function in deeds()
        if "transaction.atomic" not in inspect.getsource(inspect.unwrap(function))  # type: ignore[arg-type]
    ]

    assert loose == []


def recorded() -> Iterator[tuple[str, str]]:
    """Every action that some source names where it puts a deed on record."""
    for path in own_modules():
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call):
                continue
            if _last_name(node.func) in {"record", "Deed", "record_access"}:
                said = [
                    *node.args[:1],
                    *(one.value for one in node.keywords if one.arg == "action"),
                ]
                for word in said:
                    if isinstance(word, ast.Constant) and isinstance(word.value, str):
                        yield told(path), word.value


def test_every_action_of_the_audit_trail_has_a_name():
    unnamed = {f"{place}: {action}" for place, action in recorded() if action not in ACTIONS}
    shapeless = {
        action for _, action in recorded() if not re.fullmatch(r"[a-z_]+\.[a-z_]+", action)
    }

    assert unnamed == set()
    assert shapeless == set()


def facts_recorded() -> Iterator[tuple[str, str]]:
    """Every fact that some source names where it puts a deed on record."""
    for path in own_modules():
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "audit.record":
                names = {one.arg for one in node.keywords if one.arg} - {"by", "at"}
            elif _last_name(node.func) == "Deed":
                names = {
                    key.value
                    for given in node.args
                    if isinstance(given, ast.Dict)
                    for key in given.keys
                    if isinstance(key, ast.Constant)
                }
            else:
                continue
            yield from ((told(path), name) for name in sorted(names))


def test_every_fact_of_the_audit_trail_has_a_name():
    recorded_facts = list(facts_recorded())

    assert len(recorded_facts) > 100
    assert {f"{place}: {fact}" for place, fact in recorded_facts if fact not in FACTS} == set()


# --- models --------------------------------------------------------------------------------------
# Foreign keys that do not protect, and why.
NOT_PROTECTED = {
    "EnterpriseUserObjectPermission": "guardian's: a grant goes with what it is on",
    "EnterpriseGroupObjectPermission": "guardian's: a grant goes with what it is on",
    "Shipment": "derived: no row of it is kept, and none could be asked for",
    "RecordBehind": "derived: no row of it is kept, and none could be asked for",
    "Upload.filing": "an upload outlives a draft that was thrown away",
}


def test_foreign_keys_protect():
    loose = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is not models.PROTECT
        and model.__name__ not in NOT_PROTECTED
        and f"{model.__name__}.{field.name}" not in NOT_PROTECTED
    ]

    assert loose == []


def test_no_model_overrides_save_or_delete():
    guilty = [
        model.__name__
        for model in own_models()
        if {"save", "delete"} & set(vars(model)) and not model._meta.auto_created
    ]

    assert guilty == []


# --- permissions ---------------------------------------------------------------------------------
def perms() -> dict[str, set[str]]:
    """The values of every app's Perm."""
    found = {}
    for app in BUSINESS:
        if not list(APPS[app].glob("permissions*")):
            continue  # everybody reads their own notices
        module = importlib.import_module(f"{apps.get_app_config(app).name}.permissions")
        enum: type[StrEnum] = module.Perm
        found[app] = {perm.value for perm in enum}
    return found


def test_every_permission_that_a_role_carries_exists():
    known = set().union(*perms().values())
    carried = {perm for held in ROLES.values() for perm in held.permissions}

    assert carried - known == set()
    assert known - carried == set()


def test_every_permission_is_declared_on_a_model_of_its_app():
    for app, values in perms().items():
        declared = {
            f"{app}.{codename}"
            for model in apps.get_app_config(app).get_models()
            for codename, _ in model._meta.permissions
        }
        assert values <= declared


# --- pages ---------------------------------------------------------------------------------------
def sources() -> str:
    """Every line that could name a template."""
    templates = (*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.typ"))
    files = [*own_modules(), *templates, ROOT / "portal" / "settings.py"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_template_is_used():
    named = sources()
    theirs = Path(allauth.__file__).parent / "templates"
    unused = []
    for path in sorted(TEMPLATES.rglob("*.*")):
        name = path.relative_to(TEMPLATES).as_posix()
        letter = re.sub(r"_(subject|message)\.(txt|html)$", "", name)
        if not (
            name in BY_DJANGO
            or name in named
            or f'"{path.name}"' in named  # put together with its folder
            or (letter != name and letter in named)
            or (theirs / name).exists()
            or name.startswith(("help/en/", "help/zh_hans/"))
        ):
            unused.append(name)

    assert unused == []


def test_every_help_page_is_there_in_both_languages():
    english = {path.name for path in (TEMPLATES / "help" / "en").iterdir()}
    chinese = {path.name for path in (TEMPLATES / "help" / "zh_hans").iterdir()}

    assert english == chinese


INLINE = re.compile(r"""\sstyle=|\son[a-z]+=["']|<style|<script(?![^>]*\ssrc=)|javascript:""")


def test_no_template_has_inline_style_or_script():
    """The Content-Security-Policy would drop it."""
    guilty = [
        f"{told(path)}: {found[0].strip()}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        if (found := INLINE.search(path.read_text(encoding="utf-8")))
    ]

    assert guilty == []


def test_one_name_runs_through():
    """A page's address has the name of its function."""
    apart = [
        f"{name}: {pattern.callback.__name__}"
        for name, pattern in walk(get_resolver().url_patterns)
        if name.partition(":")[0] in BUSINESS
        and name.partition(":")[2] != pattern.callback.__name__
    ]

    assert apart == []
