"""What all tests share: hypothesis looks for wrong answers, not for slow ones (speed is measured in tests/bench)."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
