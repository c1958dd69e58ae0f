"""The one settings file. Where the database is and the keys come from `sibulou.lib.database`, by the environment.

Importing this module starts nothing: the command line (or the tests) opens the database first and hands the
connections over in `SIBULOU_CONNECTIONS`.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
_handed_over: dict[str, Any] = json.loads(os.environ.get("SIBULOU_CONNECTIONS", "{}"))
_keys: dict[str, str] = json.loads(os.environ.get("SIBULOU_KEYS", "{}"))
_nowhere = {"ENGINE": "django.db.backends.postgresql", "NAME": "unset"}

SECRET_KEY = _keys.get("secret_key") or secrets.token_urlsafe(32)
CIPHER_KEY = _keys.get("cipher_key") or secrets.token_urlsafe(32)
BLIND_KEY = _keys.get("blind_key") or secrets.token_urlsafe(32)
DEMO = os.environ.get("SIBULOU_DEMO") == "1"
FILING_NUMBER = os.environ.get("SIBULOU_FILING_NUMBER", "")

DATABASES: dict[str, Any] = {
    "default": {"ATOMIC_REQUESTS": True, **_handed_over.get("app", _nowhere)},
    "owner": {**_handed_over.get("owner", _nowhere), "TEST": {"MIRROR": "default"}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEBUG = False
ALLOWED_HOSTS = os.environ.get("SIBULOU_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("SIBULOU_ORIGINS", "").split(",") if origin]
CSRF_FAILURE_VIEW = "sibulou.web.unfound.stale"
ROOT_URLCONF = "sibulou.urls"
WSGI_APPLICATION = "sibulou.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "procrastinate.contrib.django",
    "sibulou.roster",
    "sibulou.duty",
    "sibulou.fronts.defence",
    "sibulou.fronts.control",
    "sibulou.fronts.outreach",
    "sibulou.fronts.screening",
    "sibulou.field",
    "sibulou.message",
    "sibulou.paper",
    "sibulou.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sibulou.web.headers.tell_the_browser",
    "sibulou.web.headers.pack",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sibulou.web.middleware.sign_in_first",
    "sibulou.web.middleware.SayProblems",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["sibulou.web.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sibulou.web.context.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "roster.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # five wrong passwords lock the account, from wherever they come
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "sibulou.web.sign_in.locked_out"

OTP_TOTP_ISSUER = "Sibulou"

SESSION_COOKIE_AGE = int(os.environ.get("SIBULOU_IDLE_SECONDS", "1800"))
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGES_DAYS = int(os.environ.get("SIBULOU_MESSAGES_DAYS", "180"))
"""For how many days messages and the log of what was sent are kept; 30 at least."""

SECURE_COOKIES = os.environ.get("SIBULOU_HTTPS") == "1"
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("SIBULOU_STATIC", str(PACKAGE.parent / "build" / "static"))

STORAGES = {
    "staticfiles": {
        # Tests and checks, which have no county, see the files under their plain names.
        "BACKEND": "sibulou.lib.static_files.HashedFiles"
        if _handed_over
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
}

MESSAGES_TO_LOOPBACK = False  # only tests let a channel speak to this very machine, and without TLS
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"secrets": {"()": "sibulou.lib.log_secrets.HideSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
