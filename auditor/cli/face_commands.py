"""``faces``: registered people, and whom the faces in a file resemble."""

from argparse import Namespace
from collections.abc import Callable

from auditor.audit import SAMPLE_FPS
from auditor.cli.galleries import key_path, vault_of
from auditor.cli.terminal import CLEAN, FOUND, answer, progress_on_terminal
from auditor.errors import BadInputError
from auditor.likeness import FaceGallery, FaceTracker, OpenCvFaceEncoder
from auditor.likeness.tracks import SIDE
from auditor.media import Progress, probe, sample_frames


def run_faces_enrol(arguments: Namespace) -> int:
    gallery = _opened(arguments, create=True)
    enrolment = gallery.enrol(arguments.subject, arguments.files)
    document = {
        "subject": arguments.subject,
        "templates": enrolment.templates,
        "repeated": list(enrolment.repeated),
        "resembles": [{"subject": one.subject_id, "score": round(one.score, 4)} for one in enrolment.resembles],
        "gallery": gallery.info().as_dict(),
    }
    key_file = key_path(arguments.gallery, arguments.key_file)
    lines = [
        f"{arguments.subject}: {enrolment.templates} sealed templates; keep {key_file} and {key_file.name}.subjects apart "
        "from the gallery"
    ]
    lines += [f"{name}: the same photograph as another; it adds nothing" for name in enrolment.repeated]
    lines += [
        f"Note: this resembles {one.subject_id} (distance {one.distance:.2f}); is it the same person?"
        for one in enrolment.resembles
    ]
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN


def run_faces_list(arguments: Namespace) -> int:
    gallery = _opened(arguments)
    subjects = gallery.subjects()
    document = {
        "subjects": [{"subject": subject, "templates": count} for subject, count in subjects.items()],
        "gallery": gallery.info().as_dict(),
    }
    lines = [f"{subject}: {count} templates" for subject, count in subjects.items()] or ["Nobody is registered here."]
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN


def run_faces_erase(arguments: Namespace) -> int:
    gallery = _opened(arguments)
    gallery.remove(arguments.subject)
    document = {"erased": arguments.subject, "gallery": gallery.info().as_dict()}
    answer(document, [f"{arguments.subject}: key and templates destroyed"], as_json=arguments.as_json)
    return CLEAN


def run_faces_find(arguments: Namespace) -> int:
    gallery = _opened(arguments)
    info = probe(arguments.file)
    tracker = FaceTracker(gallery)
    with progress_on_terminal() as show:
        for frame in sample_frames(arguments.file, fps=SAMPLE_FPS, max_side=SIDE):
            show(Progress("look", frame.seconds, info.duration, "seconds"))
            tracker.observe(frame)
    tracks = tracker.conclude(arguments.file, info)
    people = tracker.unknown_people(info)
    document = {
        "tracks": [
            {
                "subject": track.subject_id,
                "start": track.span.as_list()[0],
                "end": track.span.as_list()[1],
                "score": round(track.score, 4),
                "region": track.region.as_list(),
            }
            for track in tracks
        ],
        "unknown_people": [person.as_dict() for person in people],
    }
    unknown = sum(track.subject_id is None for track in tracks)
    lines = [finding.plain for finding in tracker.findings(tracks, info)] or ["Nobody registered found."]
    if unknown:
        lines.append(f"{unknown} other faces that resemble nobody in the gallery.")
    lines += [f"Person {person.number}: {person.plain}" for person in people]
    answer(document, lines, as_json=arguments.as_json)
    return FOUND if len(tracks) > unknown else CLEAN


def opened_faces(arguments: Namespace) -> FaceGallery | None:
    """The gallery that ``--gallery`` names, if it does."""
    return _opened(arguments) if arguments.gallery else None


def _opened(arguments: Namespace, *, create: bool = False) -> FaceGallery:
    if (arguments.yunet is None) != (arguments.sface is None):
        raise BadInputError("--yunet and --sface belong together; give both, or neither for dlib")
    encoder = OpenCvFaceEncoder(arguments.yunet, arguments.sface) if arguments.yunet else None
    return FaceGallery.open(arguments.gallery, vault_of(arguments, create=create), create=create, encoder=encoder)


FACE_COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "faces enrol": run_faces_enrol,
    "faces list": run_faces_list,
    "faces erase": run_faces_erase,
    "faces find": run_faces_find,
}
