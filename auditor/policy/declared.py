"""Facts that people declare: how large the producing organisation is, and what a production says of itself."""

from dataclasses import dataclass
from typing import Annotated, Literal

from auditor.policy.shapes import Shape
from auditor.policy.terms import Count, Currency, Guild, Moment, Money, Text


@dataclass(frozen=True, slots=True)
class OrganisationFact:
    """The size that the producing organisation's head of legal declared; ``None`` says that nobody has."""

    annual_revenue: Money | None
    revenue_currency: Currency | None
    monthly_users: Count | None
    declared_at: Moment | None


@dataclass(frozen=True, slots=True)
class DeclaredFact:
    """What the makers say of the whole production. Nothing is assumed: ``None``, an empty text, an empty list and ``false``
    say that nobody has declared it."""

    #: Whose agreements it is made under; an empty list says under none, ``None`` that nobody has said.
    guilds: Annotated[tuple[Guild, ...], Shape("whose agreements it is made under", max_items=10)] | None
    #: It only promotes a film or game, and shows its synthetic performers as that does.
    promotes_expressive_work: bool
    #: The advertisement says conspicuously that a synthetic performer is in it.
    synthetic_performer_disclosed: bool
    #: What a synthetic performer adds that a person, or a person's replica, could not; and when the union was told.
    synthetic_justification: Text
    synthetic_notice_at: Moment | None
    #: Whoever was handed material that a machine made, to write from, was told so.
    writers_told: bool
    script_by: Literal["", "people", "people with tools", "machine"]
    #: Prizes and streamers that it is meant for.
    submitted_to: Annotated[tuple[Literal["academy"], ...], Shape("prizes", max_items=10)]
    delivered_to: Annotated[tuple[Literal["netflix"], ...], Shape("who commissioned it", max_items=10)]
    #: Where the written approval of whoever commissioned it is filed.
    approval_reference: Text
    nonfiction: bool
    #: It shows generated material that looks like a historical source, and says so where it is shown.
    imitates_archive: bool
    archive_labelled: bool
    #: It portrays real people who are not registered here, and who advised on it; ``None``: nobody has said.
    portrays_real_people: bool | None
    portrayal_advice: Text
    #: The credits name every work and model whose licence asks for it.
    credits_complete: bool
    #: It is to be registered with the U.S. Copyright Office, and what machines made is disclaimed there.
    registered_us: bool
    machine_parts_disclaimed: bool
