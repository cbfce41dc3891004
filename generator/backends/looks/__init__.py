"""Looks: previsualised frames redrawn by a small network that was trained on licensed pictures, on ONNX Runtime alone.

    look = look_of("painted")                     # one that comes with us, or the folder of a bundle
    take = LookBackend(look).render(shot, Path("take.mp4"))
    frame = look.apply(frame)                     # (height, width, 3) uint8 to the same

Needs the extra ``cpu``; no torch. Nothing of a bundle is run before every file of it was compared with its digest.
"""

from generator.backends.looks.backend import LookBackend
from generator.backends.looks.choosing import folder_of, look_of, shipped_looks
from generator.backends.looks.look import Look, read_bundle
from generator.backends.looks.network import PictureNetwork

__all__ = ["Look", "LookBackend", "PictureNetwork", "folder_of", "look_of", "read_bundle", "shipped_looks"]
