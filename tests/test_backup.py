"""A campaign saved as one zip and brought back: the same record, books and originals; nothing unproved is ever put in place; no key.

Requirements: issue 5, "Nothing lost" (`cchc export DIR` → one zip, `cchc import`); design.md, Keys ("outside backups").
"""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from processor.backup import LIST
from processor.desk import FOLDERS, INBOX, LEDGER_FILE, ORIGINALS
from processor.files import LEFTOVER_PREFIX, sha256_of
from processor.ledger import Ledger
from tests.folders import CENTRAL, IN_TIME, Folder, files_of, parts, run
from tests.test_kill import doings, killed_at


def saved(folder: Folder) -> Path:
    """The folder's backup."""
    target = folder.path.parent / "sao-luu" / "a.zip"
    assert folder.run("export", "--out", target, now=CENTRAL).code == 0
    return target


def restored(folder: Folder, package: Path, name: str = "lại") -> Folder:
    """The folder that `import` makes of it, on the same machine."""
    back = Folder(folder.path.parent / name / folder.path.name, folder.keys, folder.identities)
    ran = run("import", package, back.path, now=CENTRAL, keys=folder.keys)
    assert (ran.code, ran.err) == (0, "")
    return back


def rewritten(package: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """The backup with something done to its files."""
    content = parts(package.read_bytes())
    change(content)
    with zipfile.ZipFile(package, "w") as target:
        for name, data in content.items():
            target.writestr(name, data)
    return package


def test_a_folder_comes_back_as_it_was_and_can_be_worked_on(appraised: Folder) -> None:
    (appraised.path / "ghi chú.docx").write_bytes(b"cua co quan")
    assert appraised.run("rank", now=CENTRAL).code == 0
    back = restored(appraised, saved(appraised))
    assert back.events() == appraised.events()
    assert files_of(back.path) == files_of(appraised.path)
    assert {path.name for path in back.path.iterdir()} >= set(FOLDERS)
    assert back.run("verify", now=CENTRAL).code == 0
    assert all(not path.stat().st_mode & 0o222 for path in (back.path / ORIGINALS).rglob("*") if path.is_file())
    back.drop("31117 mới.xlsx", back.form("31117", seed="mới"))
    assert back.run("receive", now=CENTRAL).code == 0


def test_the_zip_names_every_file_by_its_hash_and_holds_no_key(received: Folder) -> None:
    key = next(received.keys.glob("*.khoa"))
    shutil.copy(key, received.path / "để quên.khoa")
    shutil.copy(key, received.path / INBOX / key.name)
    (received.path / INBOX / "~$31117.xlsx").write_bytes(b"khoa")
    (received.path / f"{LEFTOVER_PREFIX}1").write_bytes(b"nua chung")
    target = received.path.parent / "a.zip"
    ran = received.json("export", "--out", target)
    assert (ran.code, ran.codes) == (0, ["backup-key-left-out"] * 2)
    content = parts(target.read_bytes())
    told = json.loads(content[LIST])
    assert sorted(row["name"] for row in told["files"]) == sorted(set(content) - {LIST})
    assert not [name for name in content if name.endswith(".khoa") or "~" in name]
    assert key.read_bytes() not in content.values()
    assert (told["events"], told["last"]) == (ran.json["events"], received.events()[-1].digest)


def test_by_default_the_zip_lies_beside_the_folder_and_never_in_it(received: Folder) -> None:
    ran = received.json("export", now="2018-12-10 09:30")
    assert Path(ran.json["file"]).name == "Đợt 2018_sao_luu_20181210_0930.zip"
    assert Path(ran.json["file"]).parent == received.path.parent
    inside = received.json("export", "--out", received.path / INBOX / "a.zip")
    assert (inside.code, inside.codes) == (1, ["backup-inside"])
    assert run("export", received.path / INBOX, "--json").codes == ["folder-not-campaign"]


def test_without_the_key_the_folder_comes_back_and_says_so(received: Folder, tmp_path: Path) -> None:
    ran = run("import", saved(received), tmp_path / "máy khác", "--json", keys=tmp_path / "không có khóa")
    assert (ran.code, ran.codes) == (0, ["key-missing"])


ALTERED: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "an original changed": (lambda one: one.update({an_original(one): b"khac"}), "backup-altered"),
    "the campaign workbook changed": (lambda one: one.update({"dot_danh_gia.xlsx": b"khac"}), "backup-altered"),
    "the ledger changed": (lambda one: one.update({LEDGER_FILE: one[LEDGER_FILE][:-9]}), "backup-altered"),
    "a file taken out": (lambda one: one.pop(an_original(one)), "backup-unreadable"),
    "a file added": (lambda one: one.update({"thêm.xlsx": b"x"}), "backup-unreadable"),
    "no list": (lambda one: one.pop(LIST), "backup-unreadable"),
    "a list that is none": (lambda one: one.update({LIST: b"[1]"}), "backup-unreadable"),
    "a list nested too deep": (lambda one: one.update({LIST: b"[" * 200_000}), "backup-unreadable"),
    "a list of a later program": (lambda one: one.update({LIST: b'{"format": 2}'}), "backup-unreadable"),
    "a name that leads outside": (lambda one: renamed(one, "dot_danh_gia.xlsx", "../dot_danh_gia.xlsx"), "backup-unreadable"),
    "a name of a drive": (lambda one: renamed(one, "dot_danh_gia.xlsx", "C:/dot_danh_gia.xlsx"), "backup-unreadable"),
    "an original and the list changed alike": (lambda one: forged(one, an_original(one), b"khac"), "backup-altered"),
    "the ledger and the list changed alike": (lambda one: forged(one, LEDGER_FILE, without_last_event(one[LEDGER_FILE])), "backup-altered"),
}  # fmt: skip


def an_original(content: dict[str, bytes]) -> str:
    return next(name for name in content if name.startswith(f"{ORIGINALS}/") and name.endswith(".xlsx"))


def renamed(content: dict[str, bytes], old: str, new: str) -> None:
    content[new] = content.pop(old)
    content[LIST] = content[LIST].replace(f'"{old}"'.encode(), f'"{new}"'.encode())


def forged(content: dict[str, bytes], name: str, data: bytes) -> None:
    told = json.loads(content[LIST])
    for row in told["files"]:
        if row["name"] == name:
            row |= {"size": len(data), "sha256": sha256_of(data)}
    content |= {name: data, LIST: json.dumps(told).encode()}


def without_last_event(data: bytes) -> bytes:
    """A ledger cut back by somebody who knows SQLite: its triggers off, its last event gone."""
    base = sqlite3.connect(":memory:")
    base.deserialize(data[:18] + b"\1\1" + data[20:])
    base.executescript(
        "DROP TRIGGER events_never_go; DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events);"
        "UPDATE sqlite_sequence SET seq = (SELECT MAX(seq) FROM events);"
    )
    cut = base.serialize()
    return cut[:18] + b"\2\2" + cut[20:]


@pytest.mark.parametrize(("change", "code"), ALTERED.values(), ids=ALTERED)
def test_nothing_is_put_in_place_unless_all_of_it_is_proved(
    received_once: Folder, tmp_path: Path, change: Callable[[dict[str, bytes]], object], code: str
) -> None:
    package = tmp_path / "a.zip"
    shutil.copy(backup_of(received_once), package)
    rewritten(package, change)
    ran = run("import", package, tmp_path / "lại", "--json", keys=received_once.keys)
    assert (ran.code, set(ran.codes)) == (1, {code})
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"], "and nothing is left beside"


_backups: dict[Path, Path] = {}


def backup_of(folder: Folder) -> Path:
    """The backup of a folder that no test changes, made once."""
    if folder.path not in _backups:
        _backups[folder.path] = saved(folder)
    return _backups[folder.path]


@pytest.mark.parametrize("data", [b"", b"PK", b"khong phai zip"])
def test_what_is_no_backup_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    ran = run("import", tmp_path / "a.zip", tmp_path / "lại", "--json")
    assert (ran.code, ran.codes) == (1, ["backup-unreadable"])


def test_a_folder_with_something_in_it_is_never_written_over(received: Folder) -> None:
    package = saved(received)
    ran = run("import", package, received.path, "--json", keys=received.keys)
    assert (ran.code, ran.codes) == (1, ["folder-not-empty"])
    assert received.run("verify").code == 0


def test_a_backup_made_while_returns_come_in_is_of_one_moment(folder: Folder) -> None:
    """Whatever has happened by then, its record is whole and every original it tells of is there."""
    folder.drop_all()
    target = folder.path.parent / "a.zip"
    receiving = threading.Thread(target=lambda: folder.run("receive", now=IN_TIME))
    receiving.start()
    counts = set()
    while receiving.is_alive():
        with Ledger(folder.path / LEDGER_FILE, read_only=True) as ledger:
            copy = folder.path.parent / "sao.sqlite"
            copy.unlink(missing_ok=True)
            ledger.copy_to(copy)
        with Ledger(copy, read_only=True) as copied:
            assert copied.check() == []
            counts.add(len(copied.events()))
    receiving.join()
    assert run("export", folder.path, "--out", target, now=IN_TIME).code == 0
    assert len(counts) > 0
    assert restored(folder, target).run("verify").code == 0


@pytest.mark.parametrize("command", ["export", "import"])
def test_killed_anywhere_and_run_again_the_backup_is_whole(received: Folder, tmp_path: Path, command: str) -> None:
    package = saved(received)

    def save(target: Path) -> int:
        return received.run("export", "--out", target / "a.zip", now=IN_TIME).code

    def bring(target: Path) -> int:
        return run("import", package, target / "lại", keys=received.keys).code

    work = save if command == "export" else bring
    count = doings(lambda: work(tmp_path / "trọn vẹn"))
    wanted = files_of(tmp_path / "trọn vẹn")
    for point in sorted({2, count // 2, count - 1, count}):
        target = tmp_path / str(point)
        target.mkdir()
        assert killed_at(lambda at=target: work(at), point), point  # type: ignore[misc]  # a default binds it
        done = (target / "lại").exists()
        assert work(target) == (1 if done else 0)
        found = files_of(target)
        assert found == wanted if command == "import" else len(found) == 1
        if command == "import":
            assert sorted(path.name for path in target.iterdir()) == ["lại"]


def test_what_a_disk_has_no_room_for_is_not_begun(received: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = saved(received)
    monkeypatch.setattr("processor.backup.shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    ran = run("import", package, tmp_path / "lại", "--json", keys=received.keys)
    assert (ran.code, ran.codes) == (3, ["disk-full"])
    assert not (tmp_path / "lại").exists()


def test_the_zip_opens_anywhere(received: Folder) -> None:
    with zipfile.ZipFile(io.BytesIO(saved(received).read_bytes())) as package:
        assert package.testzip() is None
