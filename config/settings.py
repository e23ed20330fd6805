"""The one settings file: driven by the environment, runs with none (docs/operations.md)."""

from pathlib import Path
from urllib.parse import urlsplit

import environ

from config import environment, providers

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))

# --- Where the site lives -----------------------------------------------------------------
PORT = environment.number("PORT", 8000, 1, 65535)
BASE_URL = environment.base_url("BASE_URL", f"http://127.0.0.1:{PORT}")
HTTPS = BASE_URL.startswith("https://")
SECRET_KEY = environment.secret_key("SECRET_KEY", VAR_DIR / "secret_key")
SITE_HOST = urlsplit(BASE_URL).hostname
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS") or [
    SITE_HOST,
    "127.0.0.1",
    "localhost",
    "[::1]",
]
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")
WORKERS = environment.number("WORKERS", 2, 1, 64)
DEBUG = False

# --- The parts ----------------------------------------------------------------------------
INSTALLED_APPS = [
    "outbox",
    "accounts",
    "qa",
    "newsletter",
    "following",
    "config.apps.AskwellAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in providers.NEEDED),
]
MIDDLEWARE = [
    "config.middleware.SecurityHeaders",
    "config.middleware.Methods",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.TrustedProxies",
    "config.bodies.Bodies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "config.middleware.PublicPages",
    "config.sessions.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PrivatePages",
    "config.middleware.ButtonsOnly",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "config.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qa.context.site",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------
DATABASES = {
    "default": environment.service(
        "DATABASE_URL",
        f"sqlite:///{VAR_DIR / 'askwell.sqlite3'}",
        environ.Env.db_url_config,
        {"sqlite", "postgres", "postgresql"},
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "config.sqlite3"
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # "Received means stored": a committed transaction survives a power cut (synchronous FULL),
    # writers queue up instead of failing (IMMEDIATE), and no memory map outlives a short file.
    # What is erased is overwritten in the file, too (secure_delete).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=0;"
            "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-8000;"
        ),
    }
    # A file, so that tests with threads and with a real server see one database.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    # Whoever waits for a locked row gets the page for later, not a browser's time-out. No statement
    # takes so long that compiling it first (jit) would not take longer.
    options = "-c lock_timeout=20s -c jit=off"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", options)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Opening a database anew for each request costs as much as reading a page from it.
DATABASES["default"]["CONN_MAX_AGE"] = 60

# Counts of sign-ins and subscriptions: in the database, so that all web processes agree. A count is
# forgotten early only where so many rows are alive.
CACHES = {
    "default": environment.service(
        "CACHE_URL",
        "dbcache://askwell_cache?max_entries=20000",
        environ.Env.cache_url_config,
        {"dbcache", "locmemcache", "redis", "rediss"},
    )
}

# Finished public pages, in the memory of each web process (config/page_cache.py); 0 for none.
PAGE_CACHE_MB = environment.number("PAGE_CACHE_MB", 64, 0, 4096)
# How long a cache in front of the site may give out a page unasked. A browser always asks.
CDN_SECONDS = environment.number("CDN_SECONDS", 10, 0, 86400)
PUBLIC_PAGES = (
    f"public, max-age=0, s-maxage={CDN_SECONDS}, stale-while-revalidate={min(CDN_SECONDS, 5)}, "
    "stale-if-error=86400"
)

MEDIA_ROOT = Path(environment.text("MEDIA_ROOT", str(BASE_DIR / "media")))
DISK_FREE = 0.10  # with less of the disk free asking pauses, and /readyz says so
MEDIA_URL = environment.text("MEDIA_URL_PREFIX", "/media/").rstrip("/") + "/"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.stylesheet.StyleSheet",
]
STYLES_ROOT = VAR_DIR / "styles"  # css/site.css, before it is collected
STORAGES = {
    "default": {
        "BACKEND": "qa.storage.DurableStorage",
        "OPTIONS": {"location": MEDIA_ROOT / "public", "base_url": MEDIA_URL},
    },
    "public": {
        "BACKEND": "qa.storage.DurableStorage",
        "OPTIONS": {"location": MEDIA_ROOT / "public", "base_url": MEDIA_URL},
    },
    "private": {
        "BACKEND": "qa.storage.DurableStorage",
        "OPTIONS": {"location": MEDIA_ROOT / "private", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False
# One picture of 15 MB passes whole; the room for asking reads its own limits (qa/imaging).
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "qa.unavailable.Uploads",
]
# Where a large upload is until it has been re-encoded; what a crash leaves there is swept up.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Mail ---------------------------------------------------------------------------------
# Every mail becomes a row first (outbox/); the worker hands it over with the delivery backend.
EMAIL_BACKEND = "outbox.backend.OutboxBackend"
MAIL_DIR = VAR_DIR / "mail"
DELIVERY_EMAIL_BACKEND = "outbox.filebackend.EmlBackend"
DELIVERY_EMAIL_OPTIONS = {}
if environment.text("EMAIL_URL"):
    _smtp = environment.service(
        "EMAIL_URL",
        "",
        environ.Env.email_url_config,
        {"smtp", "smtps", "smtp+tls", "smtp+ssl"},
    )
    DELIVERY_EMAIL_BACKEND = "outbox.smtp.SmtpBackend"
    DELIVERY_EMAIL_OPTIONS = {
        "host": _smtp["EMAIL_HOST"],
        "port": _smtp["EMAIL_PORT"] or 25,
        "username": _smtp["EMAIL_HOST_USER"] or "",
        "password": _smtp["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": _smtp.get("EMAIL_USE_TLS", False),
        "use_ssl": _smtp.get("EMAIL_USE_SSL", False),
        "timeout": 30,
    }
EMAIL_DOMAIN = environment.text("EMAIL_DOMAIN", SITE_HOST)
# A bare address gets the site's own name (SiteProfile.sender).
DEFAULT_FROM_EMAIL = environment.text("FROM_EMAIL", f"askwell@{EMAIL_DOMAIN}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# What the mail server bears: mails a minute, all senders together (0: any number), and how many
# connections each worker opens at once.
MAIL_PER_MINUTE = environment.number("MAIL_PER_MINUTE", 0, 0, 100_000)
MAIL_CONNECTIONS = environment.number("MAIL_CONNECTIONS", 1, 1, 20)
# Where reports about mail that came back arrive: a mailbox, or a folder of .eml files.
BOUNCE_URL = environment.mailbox_url("BOUNCE_URL")
# Or a mail service that posts them here: its name in django-anymail, and what that must know.
MAIL_WEBHOOKS = environment.text("MAIL_WEBHOOKS")
ANYMAIL = environment.prefixed("ANYMAIL_")
# A decision can be undone before its mail leaves.
UNDO_SECONDS = environment.number("UNDO_SECONDS", 60, 0, 3600)

# --- What runs by itself (dotted path, every so many seconds) --------------------------------
RECURRING = [
    ("outbox.notices.tell_owner", 600),
    ("outbox.bounces.read", 300),
    ("qa.scheduling.publish_due", 30),
    ("qa.housekeeping.purge_drafts", 3600),
    ("qa.housekeeping.purge_staged_pictures", 600),
    ("qa.housekeeping.purge_uploads", 600),
    ("qa.housekeeping.purge_refused", 3600),
    ("qa.housekeeping.purge_traces", 3600),
    ("qa.housekeeping.purge_counts", 86400),
    ("qa.housekeeping.purge_unsaved_edits", 3600),
    ("qa.housekeeping.release_claims", 60),
    ("qa.search.fill", 20),
    ("qa.housekeeping.purge_orphan_files", 600),
    ("qa.housekeeping.purge_public_orphans", 20),
    ("qa.housekeeping.erase_sent_mails", 3600),
    ("qa.wal.empty", 60),
    ("qa.models.Topic.measure_replies", 3600),
    ("qa.models.Question.prepare_pages", 60),
    ("qa.models.Question.count_same_here", 86400),
    ("qa.desk.digest.tell_curators", 60),
    ("qa.indexnow.announce", 60),
    ("config.edition.prune", 86400),
    ("accounts.housekeeping.clear_sessions", 86400),
    ("accounts.housekeeping.purge_unverified", 3600),
    ("accounts.housekeeping.purge_unconfirmed", 3600),
    ("accounts.housekeeping.purge_admin_actions", 86400),
    ("newsletter.housekeeping.send_scheduled", 20),
    ("newsletter.housekeeping.finish_sending", 5),
    ("newsletter.housekeeping.purge_unconfirmed", 3600),
    ("following.gathering.gather", 10),
    ("following.telling.tell", 5),
    ("following.gathering.recall", 10),
    ("following.housekeeping.purge", 3600),
]

# --- Telling search engines what changed (indexnow.org); off without a key --------------------
INDEXNOW_KEY = environment.index_key("INDEXNOW_KEY")
INDEXNOW_URL = environment.endpoint("INDEXNOW_URL", "https://api.indexnow.org/indexnow")

# --- What similar questions are found by (docs/adr/0012) ----------------------------------------
SIMILAR_MODEL = environment.one_of("SIMILAR_MODEL", ["static", "minilm"])

# --- How much one visitor, and one e-mail address, may send -----------------------------------
RATE_LIMITS = environment.switch("RATE_LIMITS", True)
# By what is counted (qa.models.Trace): at most so many in so many seconds.
LIMITS = {
    "question": [(5, 3600), (20, 86400)],
    "draft": [(30, 3600)],
    "follow-up": [(5, 3600), (15, 86400)],
    "newsletter": [(30, 3600)],
    "follow": [(10, 3600), (30, 86400)],
    "helped": [(1, 86400)],  # of one visitor about one answer on one day
    "picture bytes": [(40 * 1024 * 1024, 3600)],  # as stored, of pictures that were just chosen
}

# --- Accounts -----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email", "display_name"]}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
    ]
]
AUTH_PASSWORD_VALIDATORS += [{"NAME": "accounts.passwords.SiteWordsValidator"}]
STAFF_MFA = environment.switch("STAFF_MFA", True)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/accounts/me/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "request_login_code": "accounts.forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts.forms.ConfirmLoginCodeForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1", "password2"]  # without: by a mailed code
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# In the browser of the sign-up, which knew the password; any other is asked to sign in.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
# What counts for an address alone keeps its owner out, too, once somebody else has used it up.
ACCOUNT_RATE_LIMITS = {
    "code_by_visitor": "3/m/key",
    "request_login_code": "20/m/ip,60/d/key",
    "reset_password": "20/m/ip,30/d/key",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# With an account elsewhere; each provider is absent without its variables.
SOCIALACCOUNT_PROVIDERS = providers.from_environment()
SOCIALACCOUNT_ADAPTER = "accounts.social.SocialAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "accounts.social.DisconnectForm"}
SOCIALACCOUNT_LOGIN_ON_GET = SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Askwell"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.FactorReauthenticateForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.AddKeyForm",
}
USER_AGENT_REQUIRED = False

# --- Security -----------------------------------------------------------------------------
_prefix = "__Host-" if HTTPS else ""
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = f"{_prefix}sessionid"
CSRF_COOKIE_NAME = f"{_prefix}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
MESSAGE_STORAGE = "config.messages.BrowserStorage"
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# The scheme comes from BASE_URL (config.middleware.TrustedProxies); a proxy redirects http.
SECURE_SSL_REDIRECT = False
# W002: config.middleware sends X-Frame-Options. W008: a proxy redirects. auth.W004: e-mail
# addresses are unique, and without regard to capitals.
SILENCED_SYSTEM_CHECKS = ["security.W002", "security.W008", "auth.W004"]
if not HTTPS:
    # On plain http secure cookies and HSTS would lock the owner out; BASE_URL=https turns them on.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W012", "security.W016"]

# --- Language, time, log --------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = environment.text("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "config.logs.Discreet",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "askwell": {"level": "INFO"},
        "outbox": {"level": "INFO"},
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # A wrong address or a forged Host is the visitor's doing, not a fault to read about. (A
        # logger without a handler would write its tracebacks by logging.lastResort.)
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
