"""Models: what is known of each family (cards), and which weights somebody added here (the registry).

card = load_cards()["wan-2.1-vace"]
added = ModelRegistry(Path("models")).add("vace", Path("Wan2.1-VACE-1.3B-diffusers"), card)
backend = DiffusersBackend(added.chosen())
"""

from generator.models.family import CardComponent, FamilyCard, load_card, load_cards
from generator.models.registry import AddedModel, ModelRegistry, verify_signature

__all__ = [
    "AddedModel",
    "CardComponent",
    "FamilyCard",
    "ModelRegistry",
    "load_card",
    "load_cards",
    "verify_signature",
]
