"""The tracer on a graphics card: the renderer's own kernels, compiled for CUDA, a thread for each pixel.

numba compiles a kernel of the processor's for the card when one of the card's calls it, so there is one renderer, not two.
Every pixel is traced (the processor fills in what its neighbours agree on), edges are refined in a second launch.
"""

# numba's card side has no types, and array elements are Any.
# mypy: disable-error-code="no-any-return, no-untyped-call, attr-defined"

from functools import cache
from typing import Any

from numba import cuda, int64

from generator.backends.previz.intersection import MAX_NEAR, gather_cone
from generator.backends.previz.shading import TILE, is_edge, tile_cone, trace_pixel
from generator.backends.previz.shapes import Array
from generator.errors import DeviceError


def trace_thread(
    w: Array,
    camera: Array,
    lights: Array,
    objects: Array,
    primitives: Array,
    materials: Array,
    heights: Array,
    noise: Array,
    colour: Array,
    depth: Array,
    ids: Array,
    refine: bool,
) -> None:
    """A thread's pixel into ``colour``, ``depth`` (m) and ``ids``; with ``refine`` three more rays at edges."""
    chosen = cuda.shared.array(MAX_NEAR, int64)
    held = cuda.shared.array(1, int64)  # a line of its own: the simulator knows shared arrays by their lines
    near, second = cuda.local.array(MAX_NEAR, int64), cuda.local.array(MAX_NEAR, int64)
    height, width = depth.shape
    left, top = cuda.blockIdx.x * TILE, cuda.blockIdx.y * TILE
    ox, oy, oz = camera[0], camera[1], camera[2]
    if cuda.threadIdx.x == 0 and cuda.threadIdx.y == 0:
        right, bottom = min(left + TILE, width), min(top + TILE, height)
        ax, ay, az, spread = tile_cone(camera, width, height, left, top, right, bottom)
        held[0] = gather_cone(objects, primitives, ox, oy, oz, ax, ay, az, spread, 0.3, chosen)
    cuda.syncthreads()
    px, py = left + cuda.threadIdx.x, top + cuda.threadIdx.y
    if px >= width or py >= height or (refine and not is_edge(depth, ids, px, py)):
        return
    trace_pixel(
        w, camera, lights, objects, primitives, materials, heights, noise, chosen, held[0], near, second,
        colour, depth, ids, px, py, refine,
    )  # fmt: skip


@cache
def _kernel() -> Any:
    return cuda.jit(trace_thread)


class CudaTracer:
    """Traces frames of one stage on the first CUDA device. Raises ``DeviceError`` where there is none that can be used."""

    def __init__(self, heights: Array, noise: Array) -> None:
        try:
            cuda.current_context()
            self._heights, self._noise = cuda.to_device(heights), cuda.to_device(noise)
        except Exception as error:  # the driver's, the toolkit's and the bindings' errors have no common base
            raise DeviceError(
                f"no CUDA device can be used ({str(error).strip().splitlines()[0]}); install NVIDIA's driver and "
                "reelproof[cuda], or render on the processor"
            ) from error
        self._buffers: tuple[Any, ...] = ()

    def __call__(self, scene: tuple[Array, ...], colour: Array, depth: Array, ids: Array) -> None:
        """Renders a whole frame. ``scene``: world, camera, lights, objects, primitives, materials, as the processor's
        kernels take them; filled are ``colour`` (h, w, 3) float32, ``depth`` (h, w) float32 in metres and ``ids`` (h, w)
        int32."""
        if not self._buffers:
            self._buffers = tuple(cuda.device_array(array.shape, array.dtype) for array in (colour, depth, ids))
        tables = [cuda.to_device(table) for table in scene]
        height, width = depth.shape
        grid = (-(-width // TILE), -(-height // TILE))
        for refine in (False, True):
            _kernel()[grid, (TILE, TILE)](*tables, self._heights, self._noise, *self._buffers, refine)
        for buffer, array in zip(self._buffers, (colour, depth, ids), strict=True):
            buffer.copy_to_host(array)
