"""What all tests share: hypothesis looks for wrong answers, not for slow ones (speed is measured in tests/bench)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.softhsm import Token

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests are shared out one by one, but the browser's stay together on one worker: there is one seeded site for all of
    them. (Under pytest 9.2 the groups of xdist 3.8 have no effect: it marks node ids that pytest keeps elsewhere now.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if nodeid.startswith("tests/e2e/") else nodeid

    return Together(config, log)


@pytest.fixture(scope="session")
def software_token(tmp_path_factory: pytest.TempPathFactory) -> Token:
    """A PKCS#11 token; one for all tests, since its library is set up once a process."""
    return Token.create(tmp_path_factory.mktemp("token"))
