"""``voices``: registered voices, and whose the speech in a file resembles."""

from argparse import Namespace
from collections.abc import Callable

from auditor.cli.galleries import key_path, vault_of
from auditor.cli.terminal import CLEAN, FOUND, answer
from auditor.likeness import VoiceGallery, VoiceTracker, vault_beside
from auditor.likeness.voice_encoder import RATE
from auditor.media import sample_sound


def run_voices_enrol(arguments: Namespace) -> int:
    gallery = VoiceGallery.open(arguments.gallery, vault_of(arguments, create=True), create=True)
    enrolment = gallery.enrol(arguments.subject, arguments.files)
    document = {
        "subject": arguments.subject,
        "templates": enrolment.templates,
        "spoken_seconds": round(enrolment.spoken, 2),
        "resembles": [{"subject": one.subject_id, "score": round(one.similarity, 4)} for one in enrolment.resembles],
        "gallery": gallery.info().as_dict(),
    }
    key_file = key_path(arguments.gallery, arguments.key_file)
    lines = [
        f"{arguments.subject}: {enrolment.templates} sealed templates, {enrolment.spoken:.1f} s of speech added; keep "
        f"{key_file} and {key_file.name}.subjects apart from the gallery"
    ]
    lines += [
        f"Note: this resembles the voice of {one.subject_id} ({one.similarity:.2f}); is it the same person?"
        for one in enrolment.resembles
    ]
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN


def run_voices_list(arguments: Namespace) -> int:
    gallery = VoiceGallery.open(arguments.gallery, vault_of(arguments))
    subjects = gallery.subjects()
    document = {
        "subjects": [{"subject": subject, "templates": count} for subject, count in subjects.items()],
        "gallery": gallery.info().as_dict(),
    }
    lines = [f"{subject}: {count} templates" for subject, count in subjects.items()] or ["Nobody is registered here."]
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN


def run_voices_erase(arguments: Namespace) -> int:
    gallery = VoiceGallery.open(arguments.gallery, vault_of(arguments))
    gallery.remove(arguments.subject)
    document = {"erased": arguments.subject, "gallery": gallery.info().as_dict()}
    answer(document, [f"{arguments.subject}: key and templates destroyed"], as_json=arguments.as_json)
    return CLEAN


def run_voices_find(arguments: Namespace) -> int:
    tracker = VoiceTracker(VoiceGallery.open(arguments.gallery, vault_of(arguments)))
    runs = tracker.listen(sample_sound(arguments.file, rate=RATE))
    document = {
        "runs": [
            {
                "subject": run.subject_id,
                "start": run.span.as_list()[0],
                "end": run.span.as_list()[1],
                "score": round(run.similarity, 4),
                "spoken_seconds": round(run.spoken, 2),
            }
            for run in runs
        ],
        "spoken_seconds": round(tracker.spoken, 2),
    }
    lines = [finding.plain for finding in tracker.findings(runs)] or ["No speech resembles a registered voice."]
    lines.append(f"{tracker.spoken:.1f} s of speech were listened to.")
    answer(document, lines, as_json=arguments.as_json)
    return FOUND if runs else CLEAN


def opened_voices(arguments: Namespace) -> VoiceGallery | None:
    """The gallery that ``--voices`` names, if it does."""
    if arguments.voices is None:
        return None
    return VoiceGallery.open(arguments.voices, vault_beside(key_path(arguments.voices, arguments.voices_key_file)))


VOICE_COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "voices enrol": run_voices_enrol,
    "voices list": run_voices_list,
    "voices erase": run_voices_erase,
    "voices find": run_voices_find,
}
