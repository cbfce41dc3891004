"""How anticipated failures are said: beside the form, in a message, or as a page with the right status; never lost."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from auditor.errors import AuditorError
from django_site.errors import NotAllowedError, SiteError, disk_full
from generator.errors import GeneratorError

#: Failures whose message is fit to be shown to a person.
ANTICIPATED = (SiteError, AuditorError, GeneratorError)


def status_of(error: Exception) -> int:
    """The HTTP status for an anticipated failure; the cores' failures are about what was handed in."""
    return error.status if isinstance(error, SiteError) else 400


def sentence(text: object) -> str:
    """An error's message as a sentence; one that begins with a file's name (``film.mp4: ...``) keeps it as it is."""
    words = str(text).strip()
    if not words.partition(" ")[0].endswith(":"):
        words = words[:1].upper() + words[1:]
    return words if not words or words.endswith((".", "!", "?")) else f"{words}."


def attempt[T](request: HttpRequest, action: Callable[[], T], *, done: str = "") -> T | None:
    """Do it; say in a message that it is done, or why it is not. What the person may not do is raised on: that is 403."""
    try:
        result = action()
    except NotAllowedError:
        raise
    except ANTICIPATED as error:
        messages.error(request, sentence(error))
        return None
    if done:
        messages.success(request, done)
    return result


class AnticipatedFailures:
    """Middleware: an anticipated failure that no view caught becomes a page that says what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        error = disk_full(error) or error
        if not isinstance(error, ANTICIPATED):
            return None
        status = status_of(error)
        known = status if status in (400, 403, 409, 413) else 500
        return render(request, f"{known}.html", {"reason": sentence(error)}, status=status)
