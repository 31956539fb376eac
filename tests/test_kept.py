"""Old campaigns open for ever: a folder written by every release is opened, takes a return, ranks anew and is proved (issue 6, Versions).

A failure here means that something recorded by a release can no longer be read. If that release is out, keep its way of reading; if it
is the one in the making, `python -m tests.kept` writes its folder again.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

import processor
from rubric_versions.model import RubricVersion
from tests import kept
from tests.folders import CENTRAL, Folder


@pytest.fixture(params=kept.archives(), ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    """A kept folder, unpacked."""
    with tarfile.open(request.param) as packed:
        packed.extractall(tmp_path, filter="data")
    return Folder(tmp_path / kept.FOLDER, tmp_path / kept.KEYS, {})


LATE_CLERK = ("--received-at", "2018-12-14 10:00", "--reason", "Nhận đúng hạn, vào sổ sau")


def test_there_is_a_folder_of_this_release() -> None:
    assert f"{processor.VERSION}.tar.xz" in {path.name for path in kept.archives()}


def test_the_version_it_keeps_is_still_the_version_it_names(folder: Folder) -> None:
    told = folder.events("created")[0].data
    with folder.desk() as desk:
        assert desk.version.digest == told["version_digest"]
        assert desk.version == RubricVersion.model_validate(kept.VERSION), "a default has changed its meaning"
        assert desk.version.canonical().encode() == desk.originals.get(told["version_kept"])


def test_it_is_proved_as_it_stands(folder: Folder) -> None:
    ran = folder.json("verify", now=CENTRAL)
    assert ran.code == 0, ran.out
    assert ran.json["holds"] is True
    assert set(ran.codes) <= {"record-other-release"}


def test_a_return_on_a_form_of_that_time_is_taken_appraised_and_ranked(folder: Folder) -> None:
    received = folder.json("receive", folder.path.parent / kept.RETURN, *LATE_CLERK, now=CENTRAL)
    assert received.code == 0, received.out
    assert [(row["verdict"], row["unit"]) for row in received.json["received"]] == [("accepted", "XA3")]
    assert folder.events("received")[-1].data["scores"] == {"a": "65", "A": "70", "pari": "92.857142857142857"}
    assert folder.run("appraise", now=CENTRAL).code == 0
    folder.fill_books()
    for command in ("appraise", "rank", "verify"):
        ran = folder.json(command, now=CENTRAL)
        assert ran.code == 0, ran.out
    assert len(folder.events("ranked")) == 2
