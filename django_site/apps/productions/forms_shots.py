"""What producers change of shots: on a shot's page, and in the rows of the shot list."""

import re
from typing import Any, get_args

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.productions.models import Shot
from generator.lexicon import Light, Mood, Weather
from generator.shots.camera import Move, Size

#: A line of dialogue: speaker, perhaps how in parentheses, a colon, the words.
_LINE = re.compile(r"^\s*([^:()]+?)\s*(?:\(([^)]*)\))?\s*:\s*(\S.*)$")


def _choices(literal: Any) -> list[tuple[str, str]]:
    return [(value, value.replace("_", " ").capitalize()) for value in get_args(literal)]


class DialogueField(forms.CharField):
    """Lines of dialogue, one a line of text: ``NAME: words`` or ``NAME (manner): words``."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        super().__init__(required=False, max_length=4000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(
            f"{line['character']}{' (' + line['manner'] + ')' if line.get('manner') else ''}: {line['text']}"
            for line in value
        )

    def to_python(self, value: Any) -> list[dict[str, str]]:
        lines = []
        for text in (super().to_python(value) or "").splitlines():
            if not text.strip():
                continue
            read = _LINE.match(text)
            if read is None:
                raise forms.ValidationError(
                    _("“%(text)s” names no speaker; write NAME: what is said") % {"text": text[:60]}
                )
            character, manner, said = (part.strip() for part in read.groups(""))
            lines.append({"character": character, "text": said, "manner": manner})
        return lines

    def validate(self, value: Any) -> None:
        """Nothing more: the shot's own rules say what a line may hold."""

    def run_validators(self, value: Any) -> None:
        """The length was checked as text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or []) != self.to_python(data)
        except forms.ValidationError:
            return True


def _plain(value: Any) -> Any:
    """28.0 as people write it: 28."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class ShotFieldsForm(forms.Form):
    """Fields of a shot that a person changes; the rest stays as it was planned."""

    def __init__(self, *args: Any, shot: Shot, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: _plain(shot.spec.get(name)) for name in self.base_fields})
        self.shot = shot
        super().__init__(*args, **kwargs)

    def changes(self) -> dict[str, Any]:
        """The fields that differ from the shot as it is; its length to the nearest whole frame."""
        changes = {name: self.cleaned_data[name] for name in self.changed_data}
        if "duration" in changes:
            fps = int(self.shot.spec["fps"])
            changes["duration"] = max(1, round(changes["duration"] * fps)) / fps
        return {name: value for name, value in changes.items() if value != self.shot.spec.get(name)}


class ShotRowForm(ShotFieldsForm):
    """What stands in a row of the shot list."""

    description = forms.CharField(label=_("What is seen"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)
    size = forms.ChoiceField(label=_("Framing"), choices=_choices(Size))
    lens_mm = forms.FloatField(label=_("Lens in mm"), min_value=10, max_value=200)
    move = forms.ChoiceField(label=_("Camera move"), choices=_choices(Move))
    duration = forms.FloatField(label=_("Seconds"), min_value=0.1, max_value=60)
    light = forms.ChoiceField(label=_("Light"), choices=_choices(Light))
    dialogue = DialogueField(label=_("What is said"))
    sound = forms.CharField(label=_("What is heard"), max_length=400, required=False)


class ShotForm(ShotFieldsForm):
    """A shot on its own page."""

    description = forms.CharField(label=_("What is seen"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    prompt = forms.CharField(label=_("Prompt"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
    negative_prompt = forms.CharField(
        label=_("Not to be seen"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, required=False
    )
    dialogue = DialogueField(
        label=_("What is said"), help_text=_("One line each: MARA: Come in. Or with how: MARA (low): Come in.")
    )
    sound = forms.CharField(
        label=_("What is heard"),
        max_length=400,
        required=False,
        help_text=_("For instance: rain on glass, a far train. Empty: as the place and the weather sound."),
    )
    size = forms.ChoiceField(label=_("Framing"), choices=_choices(Size))
    move = forms.ChoiceField(label=_("Camera move"), choices=_choices(Move))
    lens_mm = forms.FloatField(label=_("Lens in mm"), min_value=10, max_value=200)
    duration = forms.FloatField(label=_("Seconds"), min_value=0.1, max_value=60)
    light = forms.ChoiceField(label=_("Light"), choices=_choices(Light))
    weather = forms.ChoiceField(label=_("Weather"), choices=_choices(Weather))
    mood = forms.ChoiceField(label=_("Mood"), choices=_choices(Mood))
    seed = forms.IntegerField(label=_("Seed"), min_value=0, max_value=2**63 - 1)
