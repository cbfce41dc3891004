"""What the licences of models ask, as somebody read them: the terms that a model's card states for each component.

A card may state terms of its own (a licence that was bought, a later version); these are the published ones. Each says
where it was read and on which day: licences of weights change, and pages about them are often wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: Member states of the European Union are written as EU, other places as ISO 3166 codes, everywhere as ``*``.
EVERYWHERE = ("*",)


@dataclass(frozen=True, slots=True)
class LicenceTerms:
    """The terms of one licence.

    ``revenue_ceiling`` (whole units of ``revenue_currency`` a year) and ``users_ceiling`` (active users a month): from
    there on the licence ends or must be paid for; ``None`` where it sets no limit. ``prohibited_uses`` are topics
    (``political``) and uses (``advertising``) that it rules out. ``marking``: whether marks of machine making must be
    kept, or added. ``attribution`` is what must be named with the work. ``outputs_train_others``: whether other models
    may learn from what it makes.
    """

    source: str
    read_on: str
    commercial_use: bool = True
    territories: tuple[str, ...] = EVERYWHERE
    excluded_territories: tuple[str, ...] = ()
    revenue_ceiling: int | None = None
    revenue_currency: str | None = None
    users_ceiling: int | None = None
    prohibited_uses: tuple[str, ...] = ()
    marking: Literal["none", "keep", "add"] = "none"
    attribution: str = ""
    outputs_train_others: bool = True
    fine_tuning: bool = True
    indemnity: bool = False


def _free(source: str, **terms: str) -> LicenceTerms:
    return LicenceTerms(source=source, read_on="2026-11-27", **terms)  # type: ignore[arg-type]


APACHE_2_0 = _free("Apache License 2.0, sections 2 to 4")
#: By identifier. Only licences whose text was read stand here: what is missing is unknown, not free.
TERMS: Mapping[str, LicenceTerms] = {
    "Apache-2.0": APACHE_2_0,
    "MIT": _free("MIT License"),
    "BSD-3-Clause": _free("BSD 3-Clause License"),
    "CC0-1.0": _free("CC0 1.0 Universal"),
    "CC-BY-4.0": _free("CC BY 4.0, section 3(a)", attribution="the authors of the model"),
    "CC-BY-NC-4.0": LicenceTerms(
        source="CC BY-NC 4.0, sections 1(i), 2(a)(1) and 3(a)",
        read_on="2026-11-27",
        commercial_use=False,
        attribution="the authors of the model",
    ),
    # LTX-2 Community License Agreement of 5 January 2026: from USD 10 million of yearly revenue, affiliates included, a paid
    # licence (2.1); no training of other models with commercial use, content is disclosed as made by a machine, marks of
    # its making stay (Attachment A).
    "LicenseRef-LTX-2-Community": LicenceTerms(
        source="LTX-2 Community License Agreement (5 Jan 2026), section 2.1 and Attachment A",
        read_on="2026-11-27",
        revenue_ceiling=10_000_000,
        revenue_currency="USD",
        marking="keep",
        outputs_train_others=False,
    ),
    # Tencent Hunyuan Community License: no licence in the EU, the UK and South Korea, for outputs either (1(l), 5(c)); above
    # 100 million monthly users on request alone (4); outputs improve no other model (5(b)).
    "LicenseRef-Tencent-Hunyuan-Community": LicenceTerms(
        source="Tencent Hunyuan Community License Agreement, sections 1(l), 4, 5(b) and 5(c)",
        read_on="2026-11-27",
        excluded_territories=("EU", "GB", "KR"),
        users_ceiling=100_000_000,
        outputs_train_others=False,
    ),
    # The CogVideoX License: commercial use after a registration, to a million visits a month (2); whoever has registered
    # says so on a card of their own. Not for military or illegal purposes (3), which no film of ours is asked about.
    "LicenseRef-CogVideoX": LicenceTerms(
        source="The CogVideoX License, sections 2 and 3",
        read_on="2026-11-27",
        commercial_use=False,
        users_ceiling=1_000_000,
    ),
}
