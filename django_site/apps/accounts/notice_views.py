"""What a person was told."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.notices import notice_read, notices_of, notices_read, notices_unread
from django_site.pages.paging import keyset_page


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Newest first; nothing is marked as read by looking at the list."""
    page = keyset_page(notices_of(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "accounts/notices.html", {"page": page, "unread": notices_unread(request.user)})


@login_required
@require_POST
def read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    notice = get_object_or_404(notices_of(request.user), pk=notice_id)
    notice_read(notice=notice, by=request.user)
    return redirect(notice.url or "notices:list")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    notices_read(by=request.user)
    return redirect("notices:list")
