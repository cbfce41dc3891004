"""Codes of invitations, and tokens of viewers: random, of which only a digest is kept."""

import hashlib
import secrets

from django.utils.crypto import salted_hmac

from django_site.errors import InputError

#: Crockford's base 32 (https://www.crockford.com/base32.html): no letter that is taken for a figure, none that spells words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Twelve characters are 60 bits. Guesses are counted (``doors``), so that a year of guessing finds nothing.
LENGTH = 12
#: What of a code is kept readable, by which its maker tells it from others.
HINT = 4
_READ = str.maketrans("OIL", "011", "- \t\u2010\u2011\u2013")


def code_new() -> str:
    """A new code as people write it: ``7Q2M-XK40-9TBA``."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(drawn[at : at + 4] for at in range(0, LENGTH, 4))


def code_read(text: str) -> str:
    """A code as somebody typed or copied it, without hyphens, in capitals. Raises ``InputError`` for what is none."""
    code = text.strip().upper().translate(_READ)
    if len(code) != LENGTH or set(code) - set(ALPHABET):
        raise InputError(f"that is no code of ours; a code has {LENGTH} letters and figures, such as 7Q2M-XK40-9TBA")
    return code


def code_digest(code: str) -> str:
    """What is kept of a code: keyed with the site's secret, so that the table alone gives none of them away."""
    return salted_hmac("audience.invitation", code_read(code), algorithm="sha256").hexdigest()


def token_new() -> str:
    """What a viewer's browser is known by: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
