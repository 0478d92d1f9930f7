"""Settings, all from the environment; the README lists every variable."""

import contextlib
import hashlib
import os
from datetime import date
from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
RUN_DIR = Path(os.environ.get("PORTAL_RUN_DIR") or BASE_DIR / ".run").resolve()

env = environ.Env()

# --- how the portal is run ---------------------------------------------------------------------
DEBUG = env.bool("DJANGO_DEBUG", default=False)
DEMO = env.bool("PORTAL_DEMO", default=False)
DEMO_DAY = date.fromisoformat(env.str("PORTAL_DEMO_DAY", default="2025-12-08"))
# Servers that answer over HTTPS set this; everything about secure cookies follows from it.
HTTPS = env.bool("PORTAL_HTTPS", default=False)
MFA_REQUIRED = env.bool("PORTAL_MFA_REQUIRED", default=not DEMO)
ALLOWED_HOSTS = env.list("PORTAL_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("PORTAL_ORIGINS", default=[])
# Where people reach the portal: what links in mail and the code on a printed notice lead to.
ADDRESS = env.str(
    "PORTAL_ADDRESS", default=(CSRF_TRUSTED_ORIGINS or ["http://localhost:8000"])[0]
).rstrip("/")


def _secret_key() -> str:
    """The key from the environment, or one made for this run directory at its first start."""
    if key := env.str("DJANGO_SECRET_KEY", default=""):
        return key
    kept = RUN_DIR / "secret_key"
    if not kept.exists():
        RUN_DIR.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_text(hashlib.sha256(os.urandom(64)).hexdigest() + os.urandom(16).hex())
        fresh.chmod(0o600)
        # Another process of the same start may have made it first: then its key is the one.
        with contextlib.suppress(FileExistsError):
            os.link(fresh, kept)
        fresh.unlink()
    return kept.read_text()


SECRET_KEY = _secret_key()

# --- applications ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal.accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "guardian",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_tables2",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "django_structlog",
    "django_celery_beat",
    "portal.kernel",
    "portal.machines",
    "portal.notices",
    "enterprises",
    "allocations",
    "traceability",
    "portal.dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.accounts.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.accounts.sign_in.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.mfa.MfaRequiredMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "portal.machines.idempotency.MachineMiddleware",
    "portal.accounts.refused.RefusedWriteMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.kernel.templatetags.portal"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.dashboard.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# --- PostgreSQL and Redis ----------------------------------------------------------------------
# manage.py sets both variables when it starts the embedded servers.
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgresql:///portal"),
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {"min_size": 1, "max_size": env.int("PORTAL_DATABASE_POOL", default=8)},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
    }
}

# --- sign-in -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "portal.accounts.backends.RoleBackend",
    "enterprises.backends.EnterpriseBackend",
    "portal.accounts.backends.SignInBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "portal.accounts.adapters.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "portal.accounts.adapters.SealedMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "REE TVC"
MFA_TOTP_TOLERANCE = 1  # telephones' clocks are off by some seconds
# A ministry's people may all come from one address.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip"}

AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "portal.accounts.sign_in.username_tried"
AXES_CLIENT_IP_CALLABLE = "portal.accounts.sign_in.address_of"
AXES_LOCKOUT_CALLABLE = "portal.accounts.views.locked_out"
# How many proxies stand before the portal and add to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PORTAL_PROXIES", default=0)

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = env.int("PORTAL_SESSION_MINUTES", default=30) * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# GUARDIAN: object permissions hang on Enterprise only, in tables with a direct foreign key.
GUARDIAN_RAISE_403 = False
ANONYMOUS_USER_NAME = None

# EnterpriseBackend is guardian's backend, narrowed by the role; the check knows only the original.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# --- the browser's side ------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = RUN_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# --- language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
FILTERS_EMPTY_CHOICE_LABEL = _("all")
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = True

# --- API ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.machines.backends.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["portal.machines.rates.CallerRate"],
    "DEFAULT_THROTTLE_RATES": {"caller": env.str("PORTAL_API_RATE", default="600/min")},
    "DEFAULT_PERMISSION_CLASSES": ["portal.kernel.access.Undeclared"],
    "DEFAULT_PARSER_CLASSES": ["portal.kernel.api.parsers.PlainJsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 100,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "portal.kernel.api.answer_exception",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Rare earth total volume control portal",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PERMISSIONS": ["portal.kernel.access.SignedIn"],
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.kernel.api.schema.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Activity": "enterprises.models.Activity",
        "DecisionStatus": "allocations.models.Decision.Status",
        "FilingStatus": "traceability.models.Filing.Status",
        "MonthStatus": "traceability.serializers.months.MONTH_STATUSES",
        "FindingStatus": "traceability.models.Finding.Status",
        "CaseStatus": "traceability.models.Case.Status",
        "UploadState": "traceability.models.Upload.State",
        "UploadMode": "traceability.models.Upload.Mode",
        "KeyStanding": "portal.machines.serializers.STANDINGS",
        "ShipmentState": "traceability.serializers.shipments.STATE_CHOICES",
        "ShipmentAnswer": "traceability.serializers.shipments.ANSWERS",
        "ShipmentVerdict": "traceability.serializers.shipments.Verdict",
        "RecordKind": "traceability.models.Kind",
        "DecisionKind": "allocations.models.Decision.Kind",
        "FindingCode": "traceability.rules.checks.CODES",
        "Category": "allocations.models.Category",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- long and periodic work --------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- mail and uploads --------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # seconds: a mail server that hangs must not hold the worker
DEFAULT_FROM_EMAIL = env.str("PORTAL_MAIL_FROM", default="portal@localhost")
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a decision of 4,000 lines has five fields in each
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

# --- logs --------------------------------------------------------------------------------------
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer(colors=False)
            if DEMO or DEBUG
            else structlog.processors.JSONRenderer(),
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {
        "handlers": ["console"],
        "level": env.str("PORTAL_LOG_LEVEL", default="WARNING" if DEMO else "INFO"),
    },
}

# --- what lower apps are told by higher ones ------------------------------------------------------
# Functions of traceability that allocations asks beside the lines of a decision.
CAP_USE_SOURCE = "traceability.queries.standings.used_of"
OPEN_FINDINGS_SOURCE = "traceability.queries.standings.open_findings_of"
# What a finding says of its enterprise, where a penalty came from it.
FINDING_SOURCE = "traceability.queries.standings.finding_told"
# In which month each cap of a year is expected to be reached at the present pace.
FORECAST_SOURCE = "traceability.queries.forecasts.reached_of"
