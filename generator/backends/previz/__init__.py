"""The previsualisation renderer: stylised frames computed by rules from a shot's own words. No weights, no GPU, no GL.

``frames`` is the loop; ``staging`` and ``locations`` build the place, ``people``, ``props`` and ``landmarks`` what is in
it, ``cinematography`` the camera; ``shapes``, ``sky``, ``surface``, ``tracer``, ``shading`` and ``develop`` are kernels.
"""

from generator.backends.previz.backend import PrevizBackend

__all__ = ["PrevizBackend"]
