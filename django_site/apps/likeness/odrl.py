"""A grant as an ODRL 2.2 policy in JSON-LD: for others to read. It is never read back, and nothing executes it.

ODRL Information Model 2.2 (W3C Recommendation, 15 February 2018), https://www.w3.org/TR/odrl-model/. What its core and
common vocabulary lack (acts on a likeness, alterations, models) are terms of a profile of our own, named by ``PROFILE``.
What the grant excludes are prohibitions; what is paid are duties of the permission; what needs a yes first is a duty to
obtain consent. ``conflict`` is ``prohibit``: where a permission and a prohibition meet, the prohibition holds.
"""

from decimal import Decimal
from typing import Any

from django_site.apps.likeness.models import ConsentGrant
from django_site.apps.likeness.scope import ANY, scope_of

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
#: Identifies our terms; it is a name and needs not be reachable.
PROFILE = "https://reelproof.example.org/ns/odrl/likeness/1"
#: The profile's prefix in the documents.
_OURS = f"{PROFILE}#"

#: ODRL has no verb for a likeness: these are actions of the profile, each included in ODRL's ``use`` or ``transform``.
_ACTIONS = {
    "render": ("renderLikeness", "odrl:use"),
    "fine_tune": ("tuneModel", "odrl:transform"),
    "third_party_training": ("trainModelForOthers", "odrl:transform"),
}


def _constraint(left: str, operator: str, right: Any, **more: Any) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right, **more}


def _any_of(left: str, values: list[str]) -> list[dict[str, Any]]:
    """A constraint to a list, or none where anything goes."""
    return [] if ANY in values else [_constraint(left, "isAnyOf", sorted(values))]


def grant_odrl(grant: ConsentGrant) -> dict[str, Any]:
    """The grant as a document. Parties are named by id alone: names and signatures stay where they are."""
    scope = scope_of(grant)
    uid = f"urn:uuid:{grant.grant}"
    target = {"@type": "AssetCollection", "uid": f"urn:reelproof:likeness:{grant.subject_id}"}
    parties = {
        "assigner": {"@type": "Party", "uid": f"urn:uuid:{grant.subject_id}"},
        "assignee": {"@type": "Party", "uid": f"urn:uuid:{grant.subject.organisation_id}"},
    }
    constraints = [
        _constraint(f"{_OURS}production", "isAnyOf", [f"urn:uuid:{one}" for one in sorted(scope["projects"])]),
        _constraint("purpose", "isAnyOf", [f"{_OURS}use-{use}" for use in sorted(scope["uses"])]),
        _constraint(f"{_OURS}modality", "isAnyOf", sorted(scope["modalities"])),
        *_any_of("media", scope["media"]),
        *_any_of("spatial", scope["territories"]),
        *_any_of("language", scope["languages"]),
        *_any_of(f"{_OURS}model", scope["models"]),
        _constraint("dateTime", "gteq", grant.starts.isoformat(), dataType="xsd:dateTime"),
    ]
    if grant.ends is not None:
        constraints.append(_constraint("dateTime", "lt", grant.ends.isoformat(), dataType="xsd:dateTime"))
    duties = [*_payments(scope["compensation"]), *_consents(scope["approval"])]
    permissions = [
        {
            "target": target,
            **parties,
            "action": {"@id": f"{_OURS}{_ACTIONS[act][0]}", "includedIn": _ACTIONS[act][1]},
            "constraint": constraints,
            **({"duty": duties} if duties else {}),
        }
        for act in sorted(scope["acts"])
    ]
    if scope["sublicensees"]:
        permissions.append(
            {
                "target": target,
                **parties,
                "action": "grantUse",
                "constraint": [_constraint("recipient", "isAnyOf", sorted(scope["sublicensees"])), *constraints],
            }
        )
    return {
        "@context": [CONTEXT, {"reelproof": _OURS}],
        "@type": "Agreement" if grant.signed_at is not None else "Offer",
        "uid": f"{uid}:v{grant.version}",
        "profile": PROFILE,
        "conflict": "prohibit",
        **({"replaces": f"{uid}:v{grant.version - 1}"} if grant.version > 1 else {}),
        "reelproof:state": grant.state,
        "reelproof:replicaKind": scope["replica_kind"],
        "reelproof:description": scope["description"],
        "reelproof:textSha256": grant.text_sha256,
        "reelproof:shownSha256": grant.shown_sha256,
        "reelproof:governingLaw": scope["governing_law"],
        "reelproof:postMortem": scope["post_mortem"],
        "reelproof:strikeSuspends": scope["strike_suspends"],
        "permission": permissions,
        "prohibition": _prohibitions(scope, target, parties),
    }


def _prohibitions(scope: dict[str, Any], target: dict, parties: dict) -> list[dict[str, Any]]:
    """What is ruled out by name, and everything on which the grant is silent: silence protects the person."""
    rules = [
        {
            "target": target,
            **parties,
            "action": {"@id": f"{_OURS}{name}", "includedIn": wider},
        }
        for act, (name, wider) in _ACTIONS.items()
        if act not in scope["acts"]
    ]

    def never(left: str, values: list[str]) -> None:
        if values:
            constraint = [_constraint(f"{_OURS}{left}", "isAnyOf", values)]
            rules.append({"target": target, **parties, "action": "use", "constraint": constraint})

    from django_site.apps.productions.vocabulary import Alteration

    never("topic", sorted(scope["exclusions"]))
    never("alteration", sorted(set(Alteration.values) - set(scope["alterations"])))
    if not scope["real_time"]:
        never("moment", ["while-watched"])
    if not scope["personalised"]:
        never("version", ["chosen-by-viewers"])
    if not scope["sublicensees"]:
        rules.append({"target": target, **parties, "action": "grantUse"})
    return rules


def _payments(terms: dict[str, str]) -> list[dict[str, Any]]:
    """Each term of compensation as a duty to compensate, with what it is paid for."""
    duties = []
    for name in ("scan", "per_render", "per_release", "per_territory", "per_second", "per_training"):
        if name in terms and Decimal(terms[name]) > 0:
            amount = _constraint(
                "payAmount", "eq", {"@value": terms[name], "@type": "xsd:decimal"},
                unit=f"http://cvx.iptc.org/iso4217a/{terms['currency']}",
            )  # fmt: skip
            duties.append(_duty(amount, name))
    if "residual_percent" in terms:
        share = _constraint("percentage", "eq", {"@value": terms["residual_percent"], "@type": "xsd:decimal"})
        duties.append(_duty(share, terms["residual_basis"]))
    return duties


def _duty(refinement: dict[str, Any], per: str) -> dict[str, Any]:
    return {
        "action": [{"rdf:value": {"@id": "odrl:compensate"}, "refinement": [refinement]}],
        "reelproof:per": per,
    }


def _consents(approval: str) -> list[dict[str, Any]]:
    if approval == "none":
        return []
    return [{"action": "obtainConsent", "constraint": [_constraint(f"{_OURS}unit", "eq", approval)]}]
