"""How much energy a piece of work took: measured where the machine counts it, else estimated, and always marked as which.

Two meters behind one port. ``EnergyMeter`` is ours: measured is what the processor packages (Linux ``powercap``, RAPL) or
the graphics card (NVML) counted meanwhile, everything that ran on them, other programs included; estimated is the processor
time of this process and its children times ``WATTS_PER_CORE``. ``CodeCarbonMeter`` asks codecarbon (MIT), which adds memory
and knows how much carbon dioxide a country's electricity stands for.
"""

import contextlib
import ctypes
import logging
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from generator.errors import EnergyMeterError

#: Watts of one busy core: an upper guess. The design power of server processors by their makers' data sheets is 4 to 9 W a
#: core (280 W / 64 cores, 210 W / 24 cores); memory and power supply come on top.
WATTS_PER_CORE = 10.0
_POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True, slots=True)
class Energy:
    """Joules so far, how they are known (``measured``, ``estimated``, ``partly estimated``, ``none``) and by what.

    ``grams_co2e`` is what the grid emitted for them, where that is known (``None``: it is not)."""

    joules: float = 0.0
    kind: str = "none"
    how: str = ""
    cpu_seconds: float = 0.0
    grams_co2e: float | None = None

    def __add__(self, other: "Energy") -> "Energy":
        kinds = {one.kind for one in (self, other)} - {"none"}
        kind = kinds.pop() if len(kinds) == 1 else ("partly estimated" if kinds else "none")
        how = "; ".join(dict.fromkeys(part for one in (self, other) for part in one.how.split("; ") if part))
        told = [one.grams_co2e for one in (self, other) if one.kind != "none"]
        grams = sum(one for one in told if one is not None) if told and None not in told else None
        return Energy(self.joules + other.joules, kind, how, self.cpu_seconds + other.cpu_seconds, grams)

    def as_dict(self) -> dict[str, Any]:
        """For records: joules and watt-hours; carbon dioxide where it is known."""
        known = {} if self.grams_co2e is None else {"grams_co2e": round(self.grams_co2e, 6)}
        return {
            "joules": round(self.joules, 3),
            "watt_hours": round(self.joules / 3600, 6),
            "kind": self.kind,
            "how": self.how,
            "cpu_seconds": round(self.cpu_seconds, 3),
            **known,
        }

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> "Energy":
        """Reads ``as_dict`` again."""
        values = document["joules"], document["kind"], document["how"], document["cpu_seconds"]
        grams = document.get("grams_co2e")
        return cls(
            float(values[0]), str(values[1]), str(values[2]), float(values[3]), None if grams is None else float(grams)
        )


class Meter(Protocol):
    """Counts from its making on until it is asked for the last time."""

    def so_far(self) -> Energy:
        """What was used since the making."""
        ...

    def close(self) -> None:
        """Stop counting; calling it twice is no mistake."""
        ...


def meter_named(name: str, *, device: str = "") -> Meter:
    """The meter of a setting: ``""`` is ours, ``codecarbon:COUNTRY`` codecarbon's with the electricity of a country (ISO
    3166, three letters). Raises ``EnergyMeterError`` for any other name, a country that codecarbon does not know, or where
    it is not installed. ``device`` is where the work runs; unless said, the first NVIDIA card is counted where it counts."""
    if not name:
        return EnergyMeter(device or ("cuda" if _card_joules() is not None else "cpu"))
    kind, _, country = name.partition(":")
    if kind != "codecarbon" or len(country) != 3 or not country.isupper():
        raise EnergyMeterError(
            f"{name[:40]!r} names no energy meter; leave it empty, or write codecarbon:DEU with your country's three letters"
        )
    return CodeCarbonMeter(country)


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

    def close(self) -> None:
        """Nothing runs that would have to be stopped."""


class CodeCarbonMeter:
    """What codecarbon says that this process and its children used since the making, memory included, and what the grid of
    ``country`` (ISO 3166 alpha-3) emitted for it. It reads RAPL and NVML where the machine lets it, and estimates by the
    processor's design power and load where not; which of them is in ``how``."""

    def __init__(self, country: str) -> None:
        try:
            from codecarbon import OfflineEmissionsTracker
        except ImportError as error:
            raise EnergyMeterError(
                "codecarbon is not installed; install reelproof[energy], or leave the energy meter's setting empty"
            ) from error
        if not _known_country(country):
            raise EnergyMeterError(
                f"codecarbon knows no country {country!r}; use the three letters of ISO 3166, e.g. DEU"
            )
        logging.getLogger("codecarbon").setLevel(logging.CRITICAL)  # it greets before it hears of its level
        self._cpu, self._country, self._last = _cpu_seconds(), country, Energy()
        begin: Any = OfflineEmissionsTracker
        self._make: Callable[[], Any] = lambda: begin(
            country_iso_code=country,
            output_methods=[],
            log_level="critical",
            tracking_mode="process",
            measure_power_secs=5,
            allow_multiple_runs=True,
        )
        self._tracker: Any = self._make()
        self._tracker.start()

    def so_far(self) -> Energy:
        """What was used since the making; it goes on counting."""
        if self._tracker is not None:
            self._add()
            self._tracker = self._make()
            self._tracker.start()
        return self._last

    def close(self) -> None:
        if self._tracker is not None:
            self._add()

    def _add(self) -> None:
        tracker, self._tracker = self._tracker, None
        tracker.stop()
        told, seconds = tracker.final_emissions_data, _cpu_seconds()
        kind = "partly estimated" if _packages(_POWERCAP) else "estimated"
        self._last += Energy(
            float(told.energy_consumed) * 3.6e6,  # kilowatt-hours
            kind,
            f"codecarbon {told.codecarbon_version}: processor, memory and cards; electricity of {self._country}",
            seconds - self._cpu,
            float(told.emissions) * 1000.0,  # kilograms
        )
        self._cpu = seconds


def _known_country(code: str) -> bool:
    from codecarbon.input import DataSource

    source: Any = DataSource
    return code in source().get_global_energy_mix_data()


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
