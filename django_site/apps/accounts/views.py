"""The first page: what needs this person, by what they are here."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from django_site.apps.accounts.desk import desk_of


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The person's desk."""
    return render(request, "home.html", desk_of(request.user))
