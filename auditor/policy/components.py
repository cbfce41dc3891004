"""Facts about models: each component of one, and what its licence asks."""

from dataclasses import dataclass
from typing import Annotated, Literal

from auditor.policy.shapes import Shape
from auditor.policy.terms import (
    ComponentRole,
    Count,
    Currency,
    Identifier,
    Money,
    RuledOut,
    Sha256,
    Territory,
    Text,
)


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """A part of a model (its transformer, text encoder, a LoRA …) with the terms of its own licence.

    ``terms_read`` is false where nobody has read that licence for the model's card; every term is then what lets nothing
    pass. ``trained`` says that it was learnt from data, ``training_data`` what its makers attest of that data.
    """

    model: Identifier
    name: Text
    role: ComponentRole
    licence: Text
    trained: bool
    sha256: Sha256 | None
    terms_read: bool
    commercial_use: bool
    territories: Annotated[tuple[Territory, ...], Shape("where the licence runs", max_items=300)]
    excluded_territories: Annotated[tuple[Territory, ...], Shape("where it does not", max_items=300)]
    #: Above this revenue a year, or this many users a month, the licence ends or must be paid for; ``None``: no such limit.
    revenue_ceiling: Money | None
    revenue_currency: Currency | None
    users_ceiling: Count | None
    prohibited_uses: Annotated[tuple[RuledOut, ...], Shape("uses that the licence rules out", max_items=20)]
    #: Marks of machine making: ``keep`` those that the model sets, ``add`` them, or ``none`` of it is asked.
    marking: Literal["none", "keep", "add"]
    #: What must be named with the work; empty where nothing must.
    attribution: Text
    outputs_train_others: bool
    fine_tuning: bool
    indemnity: bool
    training_data: Text
    #: Where its terms stand.
    source: Text = ""
    #: Why the studio may use this model of its own no more: a licence or consent that it learned under has ended.
    withdrawn: Text = ""
