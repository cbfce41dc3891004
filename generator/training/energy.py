"""How much energy a training took: measured where the machine counts it, else estimated, and always marked as which.

Measured is what the processor packages (Linux ``powercap``, RAPL) or the graphics card (NVML) counted meanwhile: everything
that ran on them, other programs included. Estimated is the processor time of this process and its children times
``WATTS_PER_CORE``.
"""

import contextlib
import ctypes
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Watts of one busy core: an upper guess. The design power of server processors by their makers' data sheets is 4 to 9 W a
#: core (280 W / 64 cores, 210 W / 24 cores); memory and power supply come on top.
WATTS_PER_CORE = 10.0
_POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True, slots=True)
class Energy:
    """Joules so far, how they are known (``measured``, ``estimated``, ``partly estimated``, ``none``) and by what."""

    joules: float = 0.0
    kind: str = "none"
    how: str = ""
    cpu_seconds: float = 0.0

    def __add__(self, other: "Energy") -> "Energy":
        kinds = {one.kind for one in (self, other)} - {"none"}
        kind = kinds.pop() if len(kinds) == 1 else ("partly estimated" if kinds else "none")
        how = "; ".join(dict.fromkeys(part for one in (self, other) for part in one.how.split("; ") if part))
        return Energy(self.joules + other.joules, kind, how, self.cpu_seconds + other.cpu_seconds)

    def as_dict(self) -> dict[str, Any]:
        """For records: joules and watt-hours."""
        return {
            "joules": round(self.joules, 3),
            "watt_hours": round(self.joules / 3600, 6),
            "kind": self.kind,
            "how": self.how,
            "cpu_seconds": round(self.cpu_seconds, 3),
        }

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> "Energy":
        """Reads ``as_dict`` again."""
        values = document["joules"], document["kind"], document["how"], document["cpu_seconds"]
        return cls(float(values[0]), str(values[1]), str(values[2]), float(values[3]))


class EnergyMeter:
    """Counts from its making on. ``device`` is where the training runs; ``root`` is the kernel's ``powercap`` folder."""

    def __init__(self, device: str = "cpu", *, root: Path = _POWERCAP) -> None:
        self._packages = [_Package(path) for path in _packages(root)]
        self._card = _card_joules if device.startswith("cuda") and _card_joules() is not None else None
        self._cuda = device.startswith("cuda")
        self._cpu, self._started = _cpu_seconds(), self._card() if self._card else None

    def so_far(self) -> Energy:
        """What was used since the making. Ask at least every few minutes: the processors' counters run over."""
        seconds = _cpu_seconds() - self._cpu
        if self._packages:
            known = Energy(
                sum(package.joules() for package in self._packages), "measured", "RAPL, whole packages", seconds
            )
        else:
            how = f"{WATTS_PER_CORE:g} W for each busy core"
            known = Energy(seconds * WATTS_PER_CORE, "estimated", how, seconds)
        if self._card and self._started is not None and (now := self._card()) is not None:
            known += Energy(now - self._started, "measured", "NVML, the whole card")
        elif self._cuda:
            known += Energy(0.0, "estimated", "the graphics card was not counted")
        return known


class _Package:
    """One processor package; its counter wraps at a bound that the kernel states."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._range = int((path / "max_energy_range_uj").read_text())
        self._last, self._sum = int((path / "energy_uj").read_text()), 0

    def joules(self) -> float:
        with contextlib.suppress(OSError, ValueError):
            now = int((self._path / "energy_uj").read_text())
            self._sum += now - self._last if now >= self._last else now + self._range - self._last
            self._last = now
        return self._sum / 1e6


def _packages(root: Path) -> list[Path]:
    found = []
    with contextlib.suppress(OSError):
        for path in sorted(root.glob("intel-rapl:*")):
            with contextlib.suppress(OSError, ValueError):
                if path.name.count(":") == 1 and (path / "name").read_text().startswith("package"):
                    int((path / "energy_uj").read_text()), int((path / "max_energy_range_uj").read_text())
                    found.append(path)
    return found


def _cpu_seconds() -> float:
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _card_joules() -> float | None:
    """Joules that the first NVIDIA card has used since its driver was loaded; ``None`` where it does not count them."""
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return None
    handle, millijoules = ctypes.c_void_p(), ctypes.c_ulonglong()
    if nvml.nvmlInit_v2() or nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(handle)):
        return None
    if nvml.nvmlDeviceGetTotalEnergyConsumption(handle, ctypes.byref(millijoules)):
        return None
    return millijoules.value / 1000.0
