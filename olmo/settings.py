"""Django's settings, all of them decided here or read from `kernel.config` (the `OLMO_*` variables)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from olmo.kernel import config as olmo_config
from olmo.tenancy.hosts import AllowedHosts

CONFIG = olmo_config.current()
PACKAGE = Path(__file__).resolve().parent

DEBUG = CONFIG.debug
SECRET_KEY = CONFIG.secret_key
ALLOWED_HOSTS = AllowedHosts(CONFIG.allowed_hosts)  # and those of organisations
BASE_URL = CONFIG.base_url
_SECURE = urlsplit(BASE_URL).scheme == "https"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "olmo.kernel",
    "olmo.tenancy",
    "olmo.outbox",
    "olmo.people",
    "olmo.knowledge",
    "olmo.catalogue",
    "olmo.assets",
    "olmo.tickets",
    "olmo.staffing",
    "olmo.worklog",
    "olmo.service_levels",
    "olmo.routing",
    "olmo.routing.assignment",
    "olmo.channels",
    "olmo.writing",
    "olmo.selfservice",
    "olmo.surveys",
    "olmo.status",
    "olmo.guides",
    "olmo.fulfilment",
    "olmo.procedures",
    "olmo.automation",
    "olmo.notifications",
    "olmo.escalation",
    "olmo.reports",
    "olmo.upkeep",
    "olmo.requests",
    "olmo.desk",
    "olmo.portal",
    "olmo.ops",
]

MIDDLEWARE = [
    "olmo.ops.health.HealthMiddleware",
    "olmo.ops.outage.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "olmo.tenancy.csrf.OwnHostsCsrfMiddleware",
    "olmo.people.middleware.PersonMiddleware",
    "olmo.kernel.middleware.RefusalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "olmo.urls"
ASGI_APPLICATION = "olmo.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "olmo.people.context.person",
                "olmo.desk.commands.context",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "olmo.kernel.templatetags.look"],
        },
    }
]

DATABASES = {"default": CONFIG.database_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["olmo.people.backends.IdentityBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "people:sign_in"
# auth.W004: a person's address is unique without regard to case, by an index on lower(email).
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

SESSION_COOKIE_NAME = "olmo_session"
SESSION_COOKIE_AGE = 14 * 86400
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "olmo_csrf"
CSRF_FAILURE_VIEW = "olmo.people.views.stale"
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL] if "://" in BASE_URL else []
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "olmo.kernel.formats"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "olmo_language"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
STATIC_ROOT = PACKAGE / "collected"  # made by bin/setup, carried by the wheel
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "olmo.kernel.assets.AssetStorage"},
}
WHITENOISE_USE_FINDERS = not STATIC_ROOT.exists()

# A form may carry files up to the upload limit; they go to disk beyond 1 MiB, so memory stays small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
OLMO_MAX_UPLOAD_BYTES = CONFIG.max_upload_bytes
OLMO_LOOPBACK_TARGETS = CONFIG.loopback_targets
OLMO_LINK_CHECK = CONFIG.link_check
OLMO_SEMANTIC = CONFIG.semantic
OLMO_TRANSLATE_URL = CONFIG.translate_url
OLMO_TRANSLATE_KEY = CONFIG.translate_key
OLMO_FILES = CONFIG.media_dir
OLMO_WIRING = "olmo.wiring"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if DEBUG else "WARNING"},
    "loggers": {"olmo": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
}
