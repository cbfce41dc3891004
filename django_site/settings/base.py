"""What all three settings share. Everything that the site writes lies under one data directory, ``REELPROOF_VAR``."""

import json
import os
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from django_site.settings import databases
from django_site.static_headers import add_static_headers

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("REELPROOF_VAR", BASE_DIR / "var")).resolve()

# Where things lie; the directories are made when they are first written to.
QUARANTINE_ROOT = VAR / "quarantine"
RELEASED_ROOT = VAR / "released"
WORK_ROOT = VAR / "work"
INDEX_ROOT = VAR / "index"
SCRIPTS_ROOT = VAR / "scripts"
#: What the works of the index look like and show; made with 'python -m auditor resemblance build', looked at if it is there.
RESEMBLANCE_ROOT = VAR / "resemblance"
#: Models that were added with 'manage.py models add': paths, digests and cards; the weights lie where they were.
MODELS_ROOT = Path(os.environ.get("REELPROOF_MODELS", VAR / "models")).resolve()
#: What renders takes: empty, the previsualisation; else ``NAME[:GUIDES[:STEPS]]``, a model that was added, what
#: previsualisation gives to it (``none``, ``first-frame``, ``depth``, ``normals``), and how many steps it takes.
VIDEO_MODEL = os.environ.get("REELPROOF_VIDEO_MODEL", "")
#: Trainings with their checkpoints, and the models that came of them: a folder each.
TRAINING_ROOT = Path(os.environ.get("REELPROOF_TRAINING", VAR / "training")).resolve()
#: Samples of a trained model that are measured and held against its works before it goes out: two seconds each.
TRAINING_SAMPLES = 48
KEYS_ROOT = VAR / "keys"
SIGNING_ROOT = VAR / "signing"
#: What was released, as it is found again where a copy lost its record; 'manage.py recovery_rebuild' makes it anew.
RECOVERY_ROOT = VAR / "recovery"
LEDGER_HEADS = VAR / "ledger-heads.jsonl"
#: Corpora that lie on the server already may be imported from here: a folder for each organisation, called as its name
#: reads in web addresses. Unset: archives only.
CORPORA_ROOT = Path(os.environ["REELPROOF_CORPORA"]).resolve() if os.environ.get("REELPROOF_CORPORA") else None
#: Whether a missing signing identity is made by a development CA of our own; production brings its own.
SIGNING_DEVELOPMENT_CA = True
#: Where the key is that signs: unset, SIGNING_ROOT/identity/key.pem; "pkcs11:…" (RFC 7512) or "callback:MODULE.FUNCTION".
SIGNER = os.environ.get("REELPROOF_SIGNER", "")
#: The RFC 3161 time-stamp authority; its roots lie in SIGNING_ROOT as tsa*.pem. Unset, no time of signing is proved.
TIMESTAMP_URL = os.environ.get("REELPROOF_TIMESTAMP_URL", "")
BROKER_ROOT = VAR / "broker"
POLICIES_ROOT = Path(os.environ.get("REELPROOF_POLICIES", BASE_DIR / "policies")).resolve()
#: What hides a number in each film: ``dwtDctSvd``, ``trustmark:DIRECTORY``, ``videoseal:FILE@SHA256``; empty: nothing.
WATERMARK = os.environ.get("REELPROOF_WATERMARK", "dwtDctSvd")
#: Who writes screenplays: ``grammar`` (comes with us), ``transformers:FOLDER`` (a model on this machine) or ``endpoint:URL``
#: (OpenAI's chat completions), whose model is named here and whose key, if it wants one, is in the variable named below.
WRITER = os.environ.get("REELPROOF_WRITER", "grammar")
WRITER_MODEL = os.environ.get("REELPROOF_WRITER_MODEL", "")
WRITER_KEY_VARIABLE = "REELPROOF_WRITER_KEY" if os.environ.get("REELPROOF_WRITER_KEY") else ""
#: Under which licence the model's words may be used; it goes on the record.
WRITER_LICENCE = os.environ.get("REELPROOF_WRITER_LICENCE", "")
#: Seconds that one scene may take behind an address.
WRITER_SECONDS = float(os.environ.get("REELPROOF_WRITER_SECONDS", "120"))
# What previsualises: cpu, or cuda for the first NVIDIA GPU (needs reelproof[cuda]).
PREVIZ_DEVICE = os.environ.get("REELPROOF_PREVIZ_DEVICE", "cpu")
#: The folder of a sentence model that reads viewers' comments; empty: the one that comes with a package (English).
TEXT_MODEL = os.environ.get("REELPROOF_TEXT_MODEL", "")
EMBEDDER = os.environ.get("REELPROOF_EMBEDDER", "sscd-distilled")

DATABASES = {"default": databases.from_url(os.environ.get("DATABASE_URL", ""), default=VAR / "db.sqlite3")}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth lists security keys with it
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
    "django_site.pages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_site.apps.accounts",
    "django_site.apps.corpora",
    "django_site.apps.likeness",
    "django_site.apps.productions",
    "django_site.apps.jobs",
    "django_site.apps.audits",
    "django_site.apps.reviews",
    "django_site.apps.provenance",
    "django_site.apps.training",
    "django_site.apps.audience",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_site.pages.failures.AnticipatedFailures",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "django_site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "django_site.urls"
WSGI_APPLICATION = "django_site.wsgi.application"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "django_site.apps.accounts.adapters.InvitationOnlyAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody signs up by themselves: an organisation creates its people
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "django_site.apps.accounts.forms.PasskeyForm"}

#: Where the site is reached from outside, e.g. ``https://reelproof.example.org``; letters lead there if it is given.
SITE_URL = os.environ.get("REELPROOF_URL", "").rstrip("/")

#: Registries of others that every gate asks about a registered person: ``{"path": …, "public_key": hex}`` for a file, or
#: ``{"url": …, "token_variable": name of an environment variable}`` for a service that answers as ours does. A "no" stops.
#: One that can't be asked stops too, unless it says ``"required": false``. Answers are kept for that many seconds.
CONSENT_REGISTRIES: list[dict[str, object]] = json.loads(os.environ.get("REELPROOF_CONSENT_REGISTRIES", "[]"))
CONSENT_REGISTRY_SECONDS = 300

#: Questions that one token may ask within a minute; a picture or a recording counts as several.
API_REQUESTS_A_MINUTE = 60
#: Questions that one address may ask the soft binding resolution API within a minute; a file counts as several.
RESOLUTION_REQUESTS_A_MINUTE = 60
#: How many proxies of ours stand before the site, each of which adds the address that it heard to ``X-Forwarded-For``.
TRUSTED_PROXIES = 0

#: Whether webhooks may lead to private addresses and without TLS: for tests alone, it opens the inside of the network.
WEBHOOKS_ALLOW_PRIVATE = False

# Words and times
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "django_site" / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "django_site" / "static"]
WHITENOISE_ADD_HEADERS_FUNCTION = add_static_headers

# Uploads: a part lies on disk before it is looked at; the media limits are the auditor's.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the shot list of a ten-minute film: 300 rows of eight fields, and room
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# What a browser may do: our own files only, no inline script or style, no frames around us, nothing embedded.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],  # Pico's form icons and allauth's QR code are data: images
    "media-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Jobs: messages carry ids only; any broker may lose or repeat them (see apps/jobs).
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://localhost//")
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_ROOT / "messages"),
        "data_folder_out": str(BROKER_ROOT / "messages"),
        "control_folder": str(BROKER_ROOT / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # the row's lease, not the message, decides whether work is owed
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "reelproof"

#: Seconds that a claim holds without a heartbeat. Three missed heartbeats and the work is owed to another worker.
JOB_LEASE_SECONDS = 30.0
JOB_HEARTBEAT_SECONDS = 5.0
JOB_SWEEP_SECONDS = 5.0

#: What a worker's machine draws while it renders, in watts: by it working time becomes energy. 65 is the sustained power
#: (PL1) of a desktop processor's class; state your machine's own.
WORKER_WATTS = float(os.environ.get("REELPROOF_WORKER_WATTS", "65"))

#: What counts the energy of jobs: empty, our own meter (processors and cards where the machine counts them, else estimated
#: by processor time); ``codecarbon:DEU``, codecarbon's (reelproof[energy]) with the electricity of a country.
ENERGY_METER = os.environ.get("REELPROOF_ENERGY_METER", "")

#: How often a worker looks for files that nobody names, and how old they must be: older than any job or upload that
#: might still write their row.
STORAGE_SWEEP_SECONDS = 3600.0
STORAGE_GRACE_SECONDS = 24 * 3600.0

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("REELPROOF_LOG", "WARNING")},
}
