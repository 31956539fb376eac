"""What was read once is not read again by the next command, and is never believed where a campaign is proved (issue 5, Speed and scale)."""

from __future__ import annotations

import sqlite3
import zlib
from decimal import Decimal
from pathlib import Path

import pytest

from processor import kept, notes
from processor.archive import Unreadable
from processor.desk import ORIGINALS
from processor.files import OriginalAltered, Originals
from processor.kept import kept_return
from processor.notes import Notes, packed, unpacked
from rubric_versions.answers import Answers, LeafAnswer
from tests.folders import APPRAISING, CENTRAL, Folder

ANSWERS = Answers(
    {"1.1": LeafAnswer((Decimal("1.50"), None, True), "x", "vì «…»\n2"), "1.2": LeafAnswer(("Có",))},
    (("1.1 A", "12/KH", Decimal(43000), None, "", "tr. 1", "a.pdf"),),
    {"head": "Nguyễn Văn A", "date": Decimal(43000)},
)


@pytest.fixture(autouse=True)
def own_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Notes of this test alone."""
    monkeypatch.setenv(notes.FOLDER_VARIABLE, str(tmp_path / "notes"))
    return tmp_path / "notes" / notes.FILE


def test_what_was_noted_comes_back_as_it_was(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "o")
    sha256 = originals.keep(b"form", ".xlsx")
    Notes(originals).note([(sha256, "v IV", packed(ANSWERS))])
    found = Notes(originals).recall([(sha256, "v IV")])
    answers = unpacked(found[sha256])
    assert answers == ANSWERS
    assert [type(raw) for raw in answers.leaves["1.1"].inputs] == [Decimal, type(None), bool]
    assert Notes(originals).recall([(sha256, "v III")]) == {}, "read as another appendix"
    assert Notes(originals, asked=False).recall([(sha256, "v IV")]) == {}
    assert Notes(Originals(tmp_path / "p")).recall([(sha256, "v IV")]) == {}, "another folder's original"


def test_an_original_changed_since_is_read_again(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "o")
    sha256 = originals.keep(b"form", ".xlsx")
    Notes(originals).note([(sha256, "v", packed(ANSWERS))])
    path = originals.path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"altered")
    assert Notes(originals).recall([(sha256, "v")]) == {}


def test_notes_that_are_damaged_or_cannot_be_written_stop_nobody(tmp_path: Path, own_notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    originals = Originals(tmp_path / "o")
    sha256 = originals.keep(b"form", ".xlsx")
    Notes(originals).note([(sha256, "v", packed(ANSWERS))])
    with sqlite3.connect(own_notes) as changed:
        changed.execute("UPDATE notes SET data = ?", (zlib.compress(b'[{"1.1": 5}]'),))
    changed.close()
    assert unpacked(Notes(originals).recall([(sha256, "v")])[sha256]) is None
    own_notes.write_bytes(b"no database " * 1000)
    assert Notes(originals).recall([(sha256, "v")]) == {}
    Notes(originals).note([(sha256, "v", packed(ANSWERS))])
    monkeypatch.setenv(notes.FOLDER_VARIABLE, str(own_notes / "under a file"))
    Notes(originals).note([(sha256, "v", packed(ANSWERS))])
    assert Notes(originals).recall([(sha256, "v")]) == {}


def test_the_oldest_notes_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST", 3)
    originals = Originals(tmp_path / "o")
    hashes = [originals.keep(b"%d" % turn, ".xlsx") for turn in range(6)]
    for sha256 in hashes:
        Notes(originals).note([(sha256, "v", packed(ANSWERS))])
    assert set(Notes(originals).recall([(sha256, "v") for sha256 in hashes])) == set(hashes[-3:])


def nothing_is_read(*_: object) -> object:
    raise Unreadable("file-damaged", part="")


def test_the_next_command_reads_no_return_again(received: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    with received.desk(APPRAISING) as desk:
        kept.forget()
        kept.read_all_kept(desk)
        first = {unit.code: kept_return(desk, sha256, unit.code) for unit in desk.campaign.units
                 for sha256 in kept.counting_returns(desk, unit.code).values()}  # fmt: skip
        kept.forget()
        monkeypatch.setattr(kept, "read_workbook", nothing_is_read)
        kept.read_all_kept(desk)
        again = {code: kept_return(desk, kept.counting_returns(desk, code)[1], code) for code in first}
    assert again == first
    assert len(first) > 3


def test_a_forged_note_is_not_believed_where_the_campaign_is_proved(appraised: Folder, own_notes: Path) -> None:
    """And an original that is no longer itself is found, whatever was noted of it."""
    assert appraised.run("rank", now=CENTRAL).code == 0
    with sqlite3.connect(own_notes) as forged:
        assert forged.execute("UPDATE notes SET data = (SELECT data FROM notes ORDER BY sha256 LIMIT 1)").rowcount > 3
    forged.close()
    kept.forget()
    assert appraised.json("verify", now=CENTRAL).json["holds"] is True
    with appraised.desk(read_only=True) as desk:
        code, returns = next((one.code, found) for one in desk.campaign.units if (found := kept.counting_returns(desk, one.code)))
        path = Originals(desk.folder / ORIGINALS).path(returns[1])
        path.chmod(0o600)
        path.write_bytes(path.read_bytes() + b" ")
        kept.forget()
        with pytest.raises(OriginalAltered):
            kept_return(desk, returns[1], code)
