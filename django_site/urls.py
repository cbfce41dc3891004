"""Every address of the site."""

from django.urls import include, path

from django_site.apps.accounts.views import home
from django_site.health import healthz

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("media/", include("django_site.apps.audits.urls")),
    path("api/", include("django_site.apps.likeness.api_urls")),
    path("api/soft-bindings/", include("django_site.apps.provenance.resolution_urls")),
    path("decisions/", include("django_site.apps.audits.decision_urls")),
    path("economy/", include("django_site.apps.audience.economy_urls")),
    path("films/", include("django_site.apps.audience.film_urls")),
    path("findings/", include("django_site.apps.audits.page_urls")),
    path("insight/", include("django_site.apps.audience.insight_urls")),
    path("jobs/", include("django_site.apps.jobs.urls")),
    path("ledger/", include("django_site.apps.provenance.ledger_urls")),
    path("models/", include("django_site.apps.audits.model_urls")),
    path("models/", include("django_site.apps.training.urls")),
    path("notices/", include("django_site.apps.accounts.notice_urls")),
    path("organisation/", include("django_site.apps.accounts.organisation_urls")),
    path("outputs/", include("django_site.apps.provenance.output_urls")),
    path("people/", include("django_site.apps.likeness.urls")),
    path("policies/", include("django_site.apps.audits.rule_urls")),
    path("productions/", include("django_site.apps.provenance.binder.urls")),
    path("productions/", include("django_site.apps.productions.urls")),
    path("reviews/", include("django_site.apps.reviews.urls")),
    path("screenings/", include("django_site.apps.audience.screening_urls")),
    path("signing/", include("django_site.apps.provenance.signing_urls")),
    path("tokens/", include("django_site.apps.accounts.token_urls")),
    path("variants/", include("django_site.apps.audience.variant_urls")),
    path("verify/", include("django_site.apps.provenance.urls")),
    path("watch/", include("django_site.apps.audience.watch_urls")),
    path("webhooks/", include("django_site.apps.accounts.webhook_urls")),
    path("works/", include("django_site.apps.corpora.urls")),
]
