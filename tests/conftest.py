"""What all tests share: LibreOffice, the tests that take minutes, and how Hypothesis looks for cases."""

import os
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import rounds
from tests.districts import Parties, make_parties
from tests.folders import Folder, make_appraised, make_folder, make_received
from tests.office import Office
from workbook_templates.appraisal_book import Filled

# Slow machines are not failures. The same commit must give the same verdict in CI; elsewhere new cases are welcome.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True)
settings.register_profile("exhaustive", settings.get_profile("dev"), max_examples=10_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--exhaustive", action="store_true", help="also run the tests that take minutes, on 10,000 cases")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("CCHC_LOG_DIR", tempfile.mkdtemp(prefix="cchc-log-"))  # not among the user's own
    os.environ.setdefault("CCHC_CACHE_DIR", tempfile.mkdtemp(prefix="cchc-notes-"))
    in_ci = "ci" if os.environ.get("CI") else "dev"
    settings.load_profile("exhaustive" if config.getoption("--exhaustive") else in_ci)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "office" in getattr(item, "fixturenames", ()):
            item.add_marker("office")
            item.add_marker(pytest.mark.xdist_group("office"))  # one LibreOffice, on one worker
        elif "parties_once" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("parties"))  # dear to make, so made once
    if not config.getoption("--exhaustive"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("exhaustive")])
        items[:] = [item for item in items if not item.get_closest_marker("exhaustive")]


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """A running LibreOffice. Where there is none the test fails: it is never skipped."""
    with Office() as running:
        yield running


@pytest.fixture(scope="session")
def issued_once(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A small campaign with its forms issued; to be copied, not used."""
    return make_folder(tmp_path_factory.mktemp("issued"))


@pytest.fixture(scope="session")
def received_once(issued_once: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The same with every return received; to be copied, not used."""
    return make_received(issued_once, tmp_path_factory.mktemp("received"))


@pytest.fixture(scope="session")
def appraised_once(received_once: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The same with every leaf appraised and the central scores there; to be copied, not used."""
    return make_appraised(received_once, tmp_path_factory.mktemp("appraised"))


@pytest.fixture(scope="session")
def parties_once(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    """A city and two districts, ready to merge; to be copied, not used."""
    return make_parties(tmp_path_factory.mktemp("parties"))


@pytest.fixture
def parties(parties_once: Parties, tmp_path: Path) -> Parties:
    """A city and two districts, ready to merge."""
    return parties_once.copy(tmp_path)


@pytest.fixture(scope="session")
def first_round_once(tmp_path_factory: pytest.TempPathFactory) -> rounds.Rounds:
    """A campaign of two rounds in which the first has been sent in and appraised in both stages; to be copied, not used."""
    made = rounds.make(tmp_path_factory.mktemp("rounds"))
    rounds.first_round(made, {rounds.CONTESTED: Filled(Fraction("0.5"), "Kế hoạch ban hành chậm")})
    return made


@pytest.fixture(scope="session")
def second_issued_once(first_round_once: rounds.Rounds, tmp_path_factory: pytest.TempPathFactory) -> rounds.Rounds:
    """The same with the forms of the second round issued; to be copied, not used."""
    made = rounds.copy(first_round_once, tmp_path_factory.mktemp("second"))
    rounds.issue_second(made)
    return made


@pytest.fixture
def folder(issued_once: Folder, tmp_path: Path) -> Folder:
    """A small campaign with its forms issued."""
    return issued_once.copy(tmp_path)


@pytest.fixture
def received(received_once: Folder, tmp_path: Path) -> Folder:
    """A small campaign with every return received."""
    return received_once.copy(tmp_path)


@pytest.fixture
def appraised(appraised_once: Folder, tmp_path: Path) -> Folder:
    """A small campaign, ready to rank."""
    return appraised_once.copy(tmp_path)
