"""Every meter counts up, says how it knows, and can be closed twice."""

import subprocess
import sys
import time

import pytest

from generator.energy import Energy, meter_named
from generator.errors import EnergyMeterError

METERS = ["", "codecarbon:DEU"]


def _work(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        sum(range(1000))


@pytest.mark.parametrize("name", METERS)
def test_it_counts_up_and_says_how(name: str) -> None:
    meter = meter_named(name)
    _work(0.4)
    first = meter.so_far()
    _work(0.4)
    second = meter.so_far()
    meter.close()
    meter.close()
    assert 0 < first.joules < second.joules
    assert first.kind in ("measured", "estimated", "partly estimated")
    assert first.how
    assert 0.3 < first.cpu_seconds < second.cpu_seconds
    assert (second.grams_co2e is not None) == name.startswith("codecarbon")
    assert Energy.from_dict(second.as_dict()).joules == pytest.approx(second.joules, abs=1e-3)


@pytest.mark.parametrize("name", METERS)
def test_children_that_ended_are_counted(name: str) -> None:
    meter = meter_named(name)
    busy = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert meter.so_far().cpu_seconds >= 0.5
    meter.close()


@pytest.mark.parametrize("name", ["codecarbon", "codecarbon:de", "codecarbon:XXX", "watts", "codecarbon:DEUTSCHLAND"])
def test_a_name_that_means_nothing_is_refused(name: str) -> None:
    with pytest.raises(EnergyMeterError, match="codecarbon"):
        meter_named(name)


def test_carbon_is_known_only_where_it_is_known_of_every_part() -> None:
    known, unknown = Energy(10.0, "estimated", "a", 1.0, 2.0), Energy(5.0, "estimated", "b", 1.0)
    assert (known + known).grams_co2e == 4.0
    assert (known + unknown).grams_co2e is None
    assert (Energy() + known).grams_co2e == 2.0
