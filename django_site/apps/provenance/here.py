"""What the browser needs to check a file by itself, in one small document: whom to trust, and the words of a verdict.

The words are the very ones of the server's card, so that nobody reads two languages on one page.
"""

from typing import Any

from django.utils.translation import gettext as _

from auditor.provenance.status_words import WORDS
from auditor.provenance.trust import TrustList, settings
from django_site import wiring
from django_site.apps.provenance.verdicts import HEADLINES, MADE, OVERSIGHT, RELATIONSHIPS
from django_site.pages.states import look

#: Digest of the reader in the browser (``static/vendor/c2pa-web-0.13.1/c2pa_bg.wasm``); the browser refuses any other.
READER_INTEGRITY = "sha256-64s1V8faRy6dCzR5Nuiscunr+w3/BaujygDdXi3YxJk="
#: Seconds that a browser may keep it: a root that is taken off the list is gone from every browser after them.
KEPT_SECONDS = 300


def here_document() -> dict[str, Any]:
    """``settings`` for the reader in the browser, and the words by state, code and term."""
    return {
        "settings": reader_settings(wiring.trust_list()),
        "states": {
            state: {"tone": look("verify", state)[0], "word": str(word), "meaning": str(meaning)}
            for state, (word, meaning) in HEADLINES.items()
        },
        "checks": {code: [plain, remedy] for code, (plain, remedy) in WORDS.items()},
        "made": {name: str(words) for name, words in MADE.items()},
        "oversight": {name: str(words) for name, words in OVERSIGHT.items()},
        "relationships": {name: str(words) for name, words in RELATIONSHIPS.items()},
        "audit": {
            "allow": _("Compared with registered works and people: nothing stood against it"),
            "review": _("Compared with registered works and people: people were asked to decide"),
        },
        "words": {
            "untitled": _("untitled"),
            "not_named": _("not named"),
            "not_said": _("not said"),
            "own_word": _("the signer's own word; no independent time stamp"),
            "stamped": _("with a time stamp, which the server checks"),
            "nobody": _("It relies on nobody's likeness"),
            "grants": _("%(n)s grants, named in the record"),
            "unchanged": _("No: not since it was signed"),
            "changed": _("Yes: see above"),
            "reserved": _("Not allowed: training, inference and data mining are reserved"),
            "allowed": _("Allowed"),
            "partly": _("Partly allowed"),
            "with": _("with %(model)s"),
            "reviewed": _("Reviewed by %(who)s (a pseudonym): %(what)s"),
            "in": _("In '%(title)s': "),
            "trusted": _("Signed by %(who)s, who is on our trust list, and not changed since."),
            "organisation": _("It also names %(who)s; the server checks that."),
            "not_carried": _("bound by digest, carries no record of its own"),
            "unverified": _("nobody recorded whether it was intact when it was used."),
            "too_far": _("The chain goes on too long to be walked here. Ask the server."),
            "type": _("This is no picture, sound, film or document of a kind that can carry a signed record."),
            "none": _(
                "The file carries no signed record. Who made it can't be told: records get lost when files are converted."
            ),
            "elsewhere": _("The signed record is kept elsewhere and was not fetched."),
            "damaged": _("The file or its signed record is damaged."),
        },
    }


def reader_settings(trust: TrustList) -> dict[str, Any]:
    """The settings of the reader in the browser, which is of an older make and knows one list of anchors.

    Roots of time stamp authorities and organisations are left out of it on purpose: in that one list they would pass for
    roots of signers. So the browser believes neither, and says that the server does.
    """
    known = settings(trust)
    known["trust"] = {"trust_config": known["trust"]["trust_config"], "trust_anchors": trust.pem.decode("ascii")}
    return {**known, "verify": {"remote_manifest_fetch": False, "verify_after_reading": True}}
