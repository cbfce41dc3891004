"""Runs in the peers' own environment: ``python peer_worker.py METHOD`` answers each path on standard input with a line of
JSON, ``{"hash": hexadecimal, "cpu": seconds}`` or ``{"error": ...}``. It imports nothing of the project."""

import json
import resource
import sys


def _hasher(method):
    if method == "videohash":
        import PIL.Image

        if not hasattr(PIL.Image, "ANTIALIAS"):  # the old name of LANCZOS, which Pillow 10 dropped and videohash uses
            PIL.Image.ANTIALIAS = PIL.Image.LANCZOS
        from videohash import VideoHash

        def hashed(path):
            film = VideoHash(path=path)
            try:
                return film.hash_hex
            finally:
                film.delete_storage_path()

        return hashed
    from imagededup.methods import DHash, PHash, WHash

    kind = {"imagededup-phash": PHash, "imagededup-dhash": DHash, "imagededup-whash": WHash}[method](verbose=False)
    return lambda path: kind.encode_image(image_file=path)


def _cpu():
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main():
    answers, sys.stdout = sys.stdout, sys.stderr  # the peers print as they please
    hashed = _hasher(sys.argv[1])
    for line in sys.stdin:
        before = _cpu()
        try:
            answer = {"hash": hashed(line.strip())}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps(answer | {"cpu": _cpu() - before}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
