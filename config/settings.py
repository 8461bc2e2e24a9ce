"""The settings of every place this runs: production, demo, development and tests differ by environment only.

docs/operations.md lists every variable. Secure by default: what weakens the site has to be asked for.
"""

import logging
from datetime import timedelta
from typing import Any

import pgtrigger
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import embedded_postgres, logs, secret_key
from config import setting_values as value
from config.environment import CHECKOUT, IS_DEBUGGED, IS_LOCAL, env

# Site
SITE_NAME = value.line("SITE_NAME", default="Northgate Refinery")
EXPIRY_WARNING_DAYS = value.whole_number("EXPIRY_WARNING_DAYS", default=60, at_most=3650)
MARKING_OPENS_MINUTES = value.whole_number("MARKING_OPENS_MINUTES", default=30, at_most=10_080)
EVIDENCE_MAX_BYTES = value.whole_number("EVIDENCE_MAX_BYTES", default=20 * 1024 * 1024, at_least=1024)
# What a table that comes in may hold, and what the process that reads it may use.
IMPORT_MAX_BYTES = value.whole_number("IMPORT_MAX_BYTES", default=50 * 1024 * 1024, at_least=1024)
IMPORT_CERTIFICATES_MAX_BYTES = value.whole_number("IMPORT_CERTIFICATES_MAX_BYTES", default=2 * 1024**3, at_least=1024)
IMPORT_FILE_MONTHS = value.whole_number("IMPORT_FILE_MONTHS", default=None, at_least=1)
IMPORT_MAX_ROWS = value.whole_number("IMPORT_MAX_ROWS", default=600_000, at_least=1)
IMPORT_MAX_CELLS = value.whole_number("IMPORT_MAX_CELLS", default=2_000_000, at_least=1)
IMPORT_CPU_SECONDS = value.whole_number("IMPORT_CPU_SECONDS", default=120, at_least=5, at_most=3600)
IMPORT_WALL_SECONDS = value.whole_number("IMPORT_WALL_SECONDS", default=600, at_least=5, at_most=3600)
IMPORT_MEMORY_BYTES = value.whole_number("IMPORT_MEMORY_BYTES", default=1024**3, at_least=256 * 1024**2)
IMPORT_OUTPUT_BYTES = value.whole_number("IMPORT_OUTPUT_BYTES", default=512 * 1024**2, at_least=1024**2)
# For how long the data of people are kept, by kind; there is no default, and nothing is erased before all are set (T6).
RETENTION_RECORDS_YEARS = value.whole_number("RETENTION_RECORDS_YEARS", default=None, at_least=1, at_most=200)
RETENTION_NO_SHOWS_MONTHS = value.whole_number("RETENTION_NO_SHOWS_MONTHS", default=None, at_least=1, at_most=2400)
RETENTION_IMPORTS_MONTHS = value.whole_number("RETENTION_IMPORTS_MONTHS", default=None, at_least=1, at_most=2400)
RETENTION_LOGS_MONTHS = value.whole_number("RETENTION_LOGS_MONTHS", default=None, at_least=1, at_most=2400)
ERASURES_LIST = value.file("ERASURES_LIST", default=None)
value.replaced("EVIDENCE_RETENTION_YEARS", by="RETENTION_RECORDS_YEARS")
# The place whose public holidays classes keep: "DE", or with a part of the country "DE/BY"; empty means none.
WORKER_NUMBER_KINDS = value.words("WORKER_NUMBER_KINDS", default="HR number, National ID, Passport", longest=40)
SITE_HOLIDAYS = value.holiday_place("SITE_HOLIDAYS", default="DE")

# Core
DEBUG = IS_DEBUGGED
DATABASE = (  # read first: if it is missing, the operator is told of it before any other setting
    {"NAME": "siteproof", "USER": "siteproof", "HOST": str(embedded_postgres.RUN)}
    if IS_LOCAL
    else value.database("DATABASE_URL")
)
SECRET_KEY = (
    secret_key.read_or_create(CHECKOUT / ".secret-key")
    if IS_LOCAL
    else value.secret_key("SECRET_KEY", env.str("SECRET_KEY"))
)
SECRET_KEY_FALLBACKS = [
    value.secret_key("SECRET_KEY_FALLBACKS", former) for former in env.list("SECRET_KEY_FALLBACKS", default=[])
]
ALLOWED_HOSTS = value.hosts("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if IS_LOCAL else [])
CSRF_TRUSTED_ORIGINS = value.origins("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "config",
    "attendance",
    "learners",
    "training",
    "config.apps.AdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "ninja",
    "pghistory",
    "pgtrigger",
    "procrastinate.contrib.django",
    "template_partials",
]

MIDDLEWARE = [
    "config.middleware.RequestLogMiddleware",
    "config.middleware.CompressionMiddleware",
    "config.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.permissions_policy",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.kept_by_nobody",
    "training.core.web.middleware.sandbox_attachments",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.api_gate.TokenMiddleware",
    "config.idle.IdleMiddleware",
    "config.company_sessions.CompanySessionMiddleware",
    "config.middleware.AuditContextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "training.core.permissions.PermissionMiddleware",
    "config.second_factor.SecondFactorMiddleware",
    "config.confirming.FreshMiddleware",
    "config.looks.LookMiddleware",
    "config.sent_forms.SentOnceMiddleware",
    "config.middleware.RefusalMiddleware",
    "config.login.signed_in_before_strangers",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CHECKOUT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["training.templatetags.form_key"],  # {% csrf_token %} adds the key, so that no form lacks one
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database
# Seconds after which PostgreSQL ends the wait for a lock, a statement, and a transaction in which nothing happens.
DATABASE_LIMITS = {
    "lock_timeout": value.whole_number("DATABASE_LOCK_SECONDS", default=5, at_least=1, at_most=86_400),
    "statement_timeout": value.whole_number("DATABASE_STATEMENT_SECONDS", default=30, at_least=1, at_most=86_400),
    "idle_in_transaction_session_timeout": value.whole_number(
        "DATABASE_IDLE_SECONDS", default=60, at_least=1, at_most=86_400
    ),
}
DATABASE_POOL_SIZE = value.whole_number("DATABASE_POOL_SIZE", default=10, at_most=1000)
# A thread without a database connection of its own could only wait for one.
WEB_THREADS = value.whole_number("WEB_THREADS", default=DATABASE_POOL_SIZE or 10, at_least=1, at_most=1000)
DATABASES = {
    "default": {
        **(DATABASE | {"ENGINE": "config.postgresql"}),
        "CONN_HEALTH_CHECKS": not DATABASE_POOL_SIZE,  # config.postgresql checks those of the pool
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DATABASE_BEHIND_PGBOUNCER", default=False),
        "TEST": {"NAME": value.test_database("TEST_DATABASE_NAME")},
    }
}
DATABASES["default"]["OPTIONS"] = {}
if DATABASE_POOL_SIZE:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 5,
        "reconnect_timeout": 0.5,
    }
if IS_LOCAL:  # elsewhere `setup_database_roles` writes them into the database
    DATABASES["default"]["OPTIONS"]["options"] = " ".join(
        f"-c {each}={DATABASE_LIMITS[each]}s" for each in DATABASE_LIMITS
    )
# The role that writes the log of all seals, known to the worker only; a checkout has one role for everything.
LOG_DATABASE = "default"
if not IS_LOCAL and env.str("LOG_DATABASE_URL", default=""):
    LOG_DATABASE = "log"
    DATABASES["log"] = {**(value.database("LOG_DATABASE_URL") | {"ENGINE": "config.postgresql"}), "OPTIONS": {}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Audit: one trigger call per statement, whatever the number of rows
PGHISTORY_LEVEL = pgtrigger.Statement

# Files
STATIC_URL = "static/"
STATIC_ROOT = value.directory("STATIC_ROOT", default="staticfiles")
STATICFILES_DIRS = [
    CHECKOUT / "static",
    # The page of the site and `verify.html` in a pack have one source (T5).
    ("verify-pack", CHECKOUT / "training" / "core" / "seals" / "verify_page" / "source"),
]
STATIC_HASHED_NAMES = env.bool("STATIC_HASHED_NAMES", default=True)
# Files that jobs made wait here for whoever asked for them: in a directory, or under a prefix of the bucket where
# nobody looks for evidence.
WAITING_PREFIX = "waiting"
WAITING_DIR = value.directory("WAITING_DIR", default=".waiting")
EVIDENCE_DIR = value.directory("EVIDENCE_DIR", default="evidence")
EVIDENCE_S3_BUCKET = value.bucket("EVIDENCE_S3_BUCKET")
S3 = value.s3_options(EVIDENCE_S3_BUCKET)
# Keys other than those of the evidence: whoever can delete one must not be able to delete the other.
BACKUP_S3 = value.s3_options("", prefix="BACKUP")
BACKUP_MAX_AGE_HOURS = value.whole_number("BACKUP_MAX_AGE_HOURS", default=0 if IS_LOCAL else 26, at_most=100_000)
# A worker with a system user of its own shares the directories with the web processes through their common group.
FILES_FOR_GROUP = env.bool("FILES_FOR_GROUP", default=False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_HASHED_NAMES
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
    "evidence": (
        {
            "BACKEND": "learners.evidence.bucket.EvidenceBucket",
            "OPTIONS": S3,
        }
        if EVIDENCE_S3_BUCKET
        else {
            "BACKEND": "learners.evidence.directory.EvidenceDirectory",
            "OPTIONS": {"location": EVIDENCE_DIR, "base_url": None, "group_reads": FILES_FOR_GROUP},
        }
    ),
    "waiting": (
        {
            "BACKEND": "learners.evidence.bucket.WaitingBucket",
            "OPTIONS": {**S3, "location": WAITING_PREFIX},
        }
        if EVIDENCE_S3_BUCKET
        else {
            "BACKEND": "learners.evidence.directory.EvidenceDirectory",
            "OPTIONS": {"location": WAITING_DIR, "base_url": None, "group_reads": FILES_FOR_GROUP},
        }
    ),
}

FILE_UPLOAD_HANDLERS = ["learners.evidence.incoming.CappedFileHandler"]
CACHES: dict[str, dict[str, Any]] = {
    # All processes share it: a code of a second factor that one of them took is used up for the others (N1).
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "config_cacheentry",
        "TIMEOUT": int(timedelta(minutes=5).total_seconds()),
    },
    "page_images": {  # previews of evidence are personal data: only the site's account may read the directory
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": value.directory("PAGE_IMAGE_DIR", default=".page-images"),
        "TIMEOUT": int(timedelta(days=30).total_seconds()),
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

# Jobs
JOBS_AT_ONCE = value.whole_number(
    "JOBS_AT_ONCE", default=2, at_least=1, at_most=100
)  # in one worker process; making a pack keeps a processor busy
FILES_WAIT = timedelta(days=7)

# The log of all seals
LOG_NAME = value.log_name("LOG_NAME")
LOG_KEY_FILE = value.file("LOG_KEY_FILE", default=CHECKOUT / ".log-key" if IS_LOCAL else None)
LOG_KEY_IS_OURS = IS_LOCAL and LOG_KEY_FILE == CHECKOUT / ".log-key"  # a checkout makes its own
LOG_LOCK_DAYS = value.whole_number("LOG_LOCK_DAYS", default=3650, at_least=1, at_most=36_500)
LOG_ANCHORS = value.anchors("LOG_ANCHORS")
LOG_TSA_CERTIFICATES = value.file("LOG_TSA_CERTIFICATES", default=None)

# Language and time
FORMAT_MODULE_PATH = "config.formats"
LANGUAGES = [("en", _("English"))]
LANGUAGE_CODE = value.one_of("LANGUAGE_CODE", [code for code, _name in LANGUAGES], default="en")
LOCALE_PATHS = [CHECKOUT / "locale"]
TIME_ZONE = value.time_zone("SITE_TIME_ZONE", default="Europe/Berlin")
USE_TZ = True

# Pages: where a thing and the list of its kind are shown, by URL name. Apps below these pages know them from here.
PAGES = {
    "learners.Learner": ("attendance:worker", "attendance:workers"),
    "training.Session": ("attendance:session", "attendance:sessions"),
    "training.TrainingClass": ("attendance:class", "attendance:classes"),
}

# Logging in
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["config.last_days.LoginBackend"]
PASSWORD_HASHERS = ["config.hashers.BoundedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
# Nobody stays signed in who has done nothing for so long (N4); what pages ask by themselves counts for nothing.
IDLE_MINUTES = value.whole_number("IDLE_MINUTES", default=60, at_least=1, at_most=720)
TRUSTED_PROXY_COUNT = value.whole_number("TRUSTED_PROXY_COUNT", default=0, at_most=10)
AXES_LOCK_OUT_AT_FAILURE = False  # config.attempts limits guessing (ADR 29); axes only records
AXES_RESET_ON_SUCCESS = True
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_DISABLE_ACCESS_LOG = True  # `config.sign_ins` keeps the record, append-only
AXES_ENABLE_ADMIN = False  # `config.admin` shows what is there, read-only
AXES_USERNAME_CALLABLE = "config.sign_ins.name_for_axes"
AXES_CLIENT_IP_CALLABLE = "config.client_address.client_address"

# Second factor (N1): whose login needs one. A site on its own machine, such as the demo, asks for none unless told to.
SECOND_FACTOR_FOR = value.login_roles("SECOND_FACTOR_FOR", default="" if IS_LOCAL else "superuser")
ACCOUNT_ADAPTER = "config.allauth_adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # for allauth's checks: nobody signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(timedelta(minutes=5).total_seconds())
ACCOUNT_RATE_LIMITS = False  # config.attempts counts passwords and codes alike (ADR 29)
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
MFA_ADAPTER = "config.allauth_adapters.SecondFactors"
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # nobody guesses a passkey, but each question stores a session
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "config.second_factor.CodeForm",
    "reauthenticate": "config.second_factor.CodeAgainForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # codes of the half minute before and after, for clocks that differ
MFA_TOTP_ISSUER = "SiteProof"
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Single sign-on (N2)
OIDC_ISSUER = value.issuer("OIDC_ISSUER")
OIDC_NAME = value.line("OIDC_NAME", default="company account")
OIDC_CLIENT_ID = value.credential("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = value.credential("OIDC_CLIENT_SECRET")
OIDC_SCOPES = value.scopes("OIDC_SCOPES", default="openid profile email")
OIDC_GROUPS_CLAIM = value.line("OIDC_GROUPS_CLAIM", default="groups")
OIDC_GROUPS = value.groups_of_claim("OIDC_GROUPS")
value.check_provider(OIDC_ISSUER, client=OIDC_CLIENT_ID, secret=OIDC_CLIENT_SECRET, groups=OIDC_GROUPS)
SOCIALACCOUNT_ADAPTER = "config.company_accounts.SingleSignOn"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address is not a person
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {
                    "server_url": OIDC_ISSUER,
                    "token_auth_method": "client_secret_basic",
                    "scope": OIDC_SCOPES,
                },
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

# API
API_REQUESTS_PER_MINUTE = value.whole_number("API_REQUESTS_PER_MINUTE", default=600, at_least=1)
API_TOKEN_DAYS = value.whole_number("API_TOKEN_DAYS", default=90, at_least=1, at_most=3650)
API_TOKEN_MAX_DAYS = value.whole_number("API_TOKEN_MAX_DAYS", default=365, at_least=1, at_most=3650)

# Transport and browser
HTTPS = env.bool("HTTPS", default=not IS_LOCAL)
if DEBUG:
    value.refuse_debugging_in_production(names=ALLOWED_HOSTS, https=HTTPS)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^monitor$", r"^metrics$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers offer passkeys over HTTPS and on this machine only
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# Browsers accept a cookie with this prefix only from this very host over HTTPS, so no other host can plant one.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
KNOWN_BROWSER_COOKIE_NAME = f"{COOKIE_PREFIX}browser"
KNOWN_BROWSER_COOKIE_AGE = int(timedelta(days=365).total_seconds())
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_500  # without JavaScript a list of 500 people is one form, four fields each
SILENCED_SYSTEM_CHECKS = [
    "security.W021",  # HSTS preload: the owner of the domain decides whether to submit it to browsers
    "axes.W002",  # axes records logins, and stops none
    "axes.W003",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Numbers and errors for those who watch the site; both off where the setting is empty.
METRICS_TOKEN = value.token("METRICS_TOKEN")
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "config.metrics.MetricsMiddleware")
SENTRY_DSN = value.sentry("SENTRY_DSN")

# Logs
LOGGING = logs.logging_config(level=value.log_level())
logs.configure_structlog()
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
