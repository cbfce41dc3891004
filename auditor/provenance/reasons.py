"""C2PA's validation codes in words that anyone can read, each with what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that verification found: its code, a plain sentence, and the remedy."""

    code: str
    plain: str
    remedy: str
    where: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "plain": self.plain, "remedy": self.remedy, "where": self.where}


_ASK = "Ask whoever gave you the file for the original."
_SIGNER = "Ask the signer; a file like this should be signed again with a fitting certificate."

#: code -> (sentence, remedy). Codes: C2PA Technical Specification 2.4, "Validation status codes".
_WORDS: dict[str, tuple[str, str]] = {
    "assertion.bmffHash.mismatch": ("Picture, sound or structure of the file changed after it was signed.", _ASK),
    "assertion.bmffHash.malformed": ("The record of the file's contents is damaged.", _ASK),
    "assertion.dataHash.mismatch": ("Bytes of the file changed after it was signed.", _ASK),
    "assertion.boxesHash.mismatch": ("Parts of the file changed after it was signed.", _ASK),
    "assertion.hashedURI.mismatch": ("A statement in the signed record was edited after signing.", _ASK),
    "assertion.missing": ("A statement that was signed has been taken out of the record.", _ASK),
    "assertion.undeclared": ("A statement was added to the record after signing.", _ASK),
    "assertion.inaccessible": ("A statement of the signed record can't be read.", _ASK),
    "assertion.action.malformed": (
        "The list of what was done to the file contradicts the rules for such lists.",
        _SIGNER,
    ),
    "assertion.action.ingredientMismatch": ("The list of actions names an ingredient that is not there.", _SIGNER),
    "claimSignature.mismatch": (
        "The signature does not fit the record: the record was edited, or the signature forged.",
        _ASK,
    ),
    "claimSignature.missing": ("The record carries no signature.", _ASK),
    "claimSignature.outsideValidity": ("It was signed at a time when the certificate was not valid.", _SIGNER),
    "claim.missing": ("The record has lost its central part.", _ASK),
    "claim.malformed": ("The signed record is damaged.", _ASK),
    "claim.hardBindings.missing": ("The signed record is not bound to any picture or sound.", _SIGNER),
    "signingCredential.untrusted": (
        "The signature is intact, but its signer is not on your trust list: anyone can make such a certificate.",
        "Trust the name only if you can confirm it elsewhere; if you do, add its root certificate to the trust list.",
    ),
    "signingCredential.invalid": ("The signer's certificate does not meet the rules for signing media.", _SIGNER),
    "signingCredential.expired": ("The signer's certificate had expired.", _SIGNER),
    "signingCredential.ocsp.revoked": ("The signer's certificate was revoked.", "Do not rely on this signature."),
    "timeStamp.mismatch": ("The time stamp belongs to another signature.", "Do not rely on the time of signing."),
    "timeStamp.untrusted": (
        "The time stamp's issuer is not on your trust list.",
        "Do not rely on the time of signing.",
    ),
    "ingredient.manifest.mismatch": ("The record of an ingredient was changed after it was used.", _ASK),
    "ingredient.manifest.missing": ("The record of an ingredient has been taken out.", _ASK),
    "ingredient.claimSignature.mismatch": ("The signature of an ingredient's record does not fit.", _ASK),
    "ingredient.hashedURI.mismatch": ("An ingredient's record was changed after signing.", _ASK),
    "ingredient.unknownProvenance": ("An ingredient came without any record of its own.", ""),
}


def reason(code: str, where: str = "", detail: str = "") -> Reason:
    """The reason for a validation code; an unknown code is named as such, with the reader's own (cleaned) words."""
    plain, remedy = _WORDS.get(code, (f"The check '{code}' failed{': ' + detail if detail else ''}.", _ASK))
    return Reason(
        code=code, plain=f"In '{where}': {plain[0].lower()}{plain[1:]}" if where else plain, remedy=remedy, where=where
    )
