"""Keys: an office knows its own seals, a damaged key says so, and no key shows where it should not.

Requirements: design.md, "Keys" and "Form identity".
"""

from __future__ import annotations

import os
import pickle
import stat
import unicodedata
from pathlib import Path

import pytest

from processor.keys import KeyDamaged, OfficeKey, create, derive, key_folder, load, seal, sealed

SECRET = bytes(range(32))


def file_of(folder: Path) -> Path:
    """The only key file in the folder."""
    (path,) = folder.iterdir()
    return path


def test_a_key_is_created_and_loaded_by_its_id(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    key = create(folder, "Sở Nội vụ thành phố Cần Thơ")
    assert file_of(folder).name == f"{key.id}.khoa"
    assert load(folder, key.id) == key
    assert create(folder, "x").id != key.id
    if os.name != "nt":
        assert stat.S_IMODE((folder / f"{key.id}.khoa").stat().st_mode) == 0o600


def test_the_key_file_says_what_it_is_and_that_it_stays_apart(tmp_path: Path) -> None:
    create(tmp_path, "Sở Nội vụ\r\nKhóa: AAAA", secret=SECRET)
    text = file_of(tmp_path).read_bytes().decode("utf-8-sig")
    for words in ("Cơ quan: Sở Nội vụ Khóa: AAAA", "KHÔNG ĐƯỢC LÀM MẤT", "KHÔNG CHIA SẺ", "bản sao lưu"):
        assert words in text
    assert "\n" not in text.replace("\r\n", ""), "an old Notepad shows the lines"
    assert load(tmp_path, OfficeKey(SECRET).id) == OfficeKey(SECRET)


def test_a_key_typed_in_again_from_paper_is_read(tmp_path: Path) -> None:
    key = create(tmp_path, "Sở Nội vụ", secret=SECRET)
    text = file_of(tmp_path).read_text(encoding="utf-8-sig")
    before, secret = unicodedata.normalize("NFD", text).split(unicodedata.normalize("NFD", "Khóa: "))
    retyped = before + unicodedata.normalize("NFD", "Khóa: ") + secret.lower().replace("-", " ")
    file_of(tmp_path).write_text(retyped, encoding="utf-8")
    assert load(tmp_path, key.id) == key


@pytest.mark.parametrize("key_id", ["0" * 12, "", "../secret", "A" * 12, "*"])
def test_a_key_that_is_not_there_is_none(tmp_path: Path, key_id: str) -> None:
    (tmp_path / "secret.khoa").write_text("Khóa: x", encoding="utf-8")
    assert load(tmp_path / "keys", key_id) is None


@pytest.mark.parametrize("damage", ["cut", "letter", "empty", "twice", "other", "binary"])
def test_a_damaged_key_is_named_and_never_used(tmp_path: Path, damage: str) -> None:
    key = create(tmp_path, "Sở Nội vụ", secret=SECRET)
    path = file_of(tmp_path)
    text = path.read_text(encoding="utf-8-sig")
    line = text.splitlines()[-1]
    other = create(tmp_path / "other", "x")
    path.write_bytes(
        {
            "cut": text.replace(line, line[:-10]).encode(),
            "letter": text.replace(line, line[:-1] + ("A" if line[-1] != "A" else "B")).encode(),
            "empty": b"",
            "twice": (text + line + "\n").encode(),
            "other": file_of(tmp_path / "other").read_bytes(),
            "binary": bytes(range(256)),
        }[damage]
    )
    with pytest.raises(KeyDamaged) as caught:
        load(tmp_path, key.id)
    assert (caught.value.code, caught.value.path) == ("key-damaged", path)
    assert other.id not in (key.id, "")
    assert create(tmp_path, "Sở Nội vụ", secret=SECRET) == load(tmp_path, key.id) == key, "mended from the secret"


def test_a_seal_holds_for_its_message_and_key_alone() -> None:
    key = OfficeKey(SECRET)
    tag = seal(key, b"form 1")
    assert len(tag) == 64
    assert sealed(key, b"form 1", tag)
    assert not sealed(key, b"form 2", tag)
    assert not sealed(OfficeKey(bytes(32)), b"form 1", tag)
    for wrong in ("", tag.upper(), tag[:-1], "ầ" * 64, "\udcff" * 64):
        assert not sealed(key, b"form 1", wrong)


def test_a_districts_key_is_the_same_each_time_and_no_seal_gives_it_away() -> None:
    city = OfficeKey(SECRET)
    district = derive(city, "quận Ninh Kiều")
    assert district == derive(city, unicodedata.normalize("NFD", "quận Ninh Kiều"))
    assert len({city.id, district.id, derive(city, "quận Cái Răng").id, derive(district, "quận Ninh Kiều").id}) == 4
    assert seal(city, "quận Ninh Kiều".encode()) != district.secret.hex()
    assert seal(city, b"cchc derive\0" + "quận Ninh Kiều".encode()) != district.secret.hex()


def test_the_seal_stays_the_same_from_release_to_release() -> None:
    assert OfficeKey(SECRET).id == "09dee81f057a"
    assert seal(OfficeKey(SECRET), b"form 1") == "9ba1e9157efae45b4b9b10287772c1647761c33849a85e1336218c06dbf1ac7c"
    assert derive(OfficeKey(SECRET), "d").id == "379ce897bf9e"


def test_no_secret_shows_in_a_log_yet_it_reaches_a_worker() -> None:
    key = OfficeKey(SECRET)
    assert repr(SECRET)[2:20] not in repr(key)
    assert pickle.loads(pickle.dumps(key)) == key


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        OfficeKey(b"short")


def test_the_keys_lie_with_the_user_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCHC_KEY_DIR", str(tmp_path))
    assert key_folder() == tmp_path
    monkeypatch.delenv("CCHC_KEY_DIR")
    assert key_folder().parts[-2:] == ("cchc", "keys")
