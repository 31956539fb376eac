"""The office's sealing key: what makes a form recognisable as issued by this office and for this unit.

The key lies outside the campaign folder and its backups, so that whoever holds those cannot seal forms. It is a small
text file that says so to whoever opens it. Nothing here knows what is sealed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from processor.files import EnvironmentProblem, make_folder, read_whole, write_atomic

FOLDER_VARIABLE = "CCHC_KEY_DIR"
SUFFIX = ".khoa"

_SECRET_LENGTH = 32  # bytes
_CHECK_LENGTH = 3  # bytes: 32 + 3 fill 56 letters of base32 without padding
_KEY_ID = re.compile(r"[0-9a-f]{12}")
_SECRET_LINE = "Khóa:"
_TEXT = """\
KHÓA NIÊM PHONG BIỂU MẪU CHẤM ĐIỂM CẢI CÁCH HÀNH CHÍNH

Cơ quan: {office}
Mã khóa: {id}

Tệp này là con dấu điện tử của cơ quan: nhờ nó, chương trình cchc nhận ra biểu mẫu do chính cơ quan phát hành.

- KHÔNG ĐƯỢC LÀM MẤT: mất khóa thì không cấp được biểu mẫu mới cho đến khi thay khóa (lệnh renew-key). Hãy chép một bản
  ra USB hoặc in ra giấy, cất trong tủ có khóa.
- KHÔNG CHIA SẺ: ai có tệp này đều có thể làm giả biểu mẫu. Không gửi qua thư điện tử, Zalo.
- KHÔNG ĐỂ trong thư mục đợt đánh giá, cũng không để chung với bản sao lưu của thư mục đó.
- KHÔNG SỬA nội dung; không đổi tên tệp.

{line} {secret}
"""


class KeyDamaged(EnvironmentProblem):
    """The key's file is there but is not, or no longer, that key."""

    code = "key-damaged"


@dataclass(frozen=True, slots=True)
class OfficeKey:
    """A secret of 32 bytes; it never shows in a repr, so that no log or traceback holds it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret of another length."""
        if len(self.secret) != _SECRET_LENGTH:
            raise ValueError(f"a key has {_SECRET_LENGTH} bytes, not {len(self.secret)}")

    @property
    def id(self) -> str:
        """The fingerprint by which forms and files name the key: 12 hexadecimal digits, telling nothing of it."""
        return hashlib.sha256(b"cchc key id" + self.secret).hexdigest()[:12]


def key_folder() -> Path:
    """The folder of this user's keys: the one named by CCHC_KEY_DIR, else under the user's own application data."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("cchc", appauthor=False)) / "keys"


def create(folder: Path, office: str, *, secret: bytes | None = None) -> OfficeKey:
    """A key, new or of the given secret, whose file `<id>.khoa` is in the folder, readable by its owner alone.

    The file of a key that is there already and whole stays as it is; a damaged one is written again.
    Raises `CannotWrite`, `FileBusy`.
    """
    key = OfficeKey(secrets.token_bytes(_SECRET_LENGTH) if secret is None else secret)
    try:
        if load(folder, key.id) is not None:
            return key
    except KeyDamaged:
        pass  # its secret is at hand: written again below
    letters = base64.b32encode(key.secret + _check(key.secret)).decode("ascii")
    groups = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    text = _TEXT.format(office=" ".join(office.split()), id=key.id, line=_SECRET_LINE, secret=groups)
    make_folder(folder, mode=0o700)
    # A byte order mark and CRLF, or the Notepad of older Windows shows neither the accents nor the lines.
    write_atomic(folder / (key.id + SUFFIX), text.replace("\n", "\r\n").encode("utf-8-sig"), mode=0o600)
    return key


def load(folder: Path, key_id: str) -> OfficeKey | None:
    """The key of that id, or None if its file is not in the folder. Raises `KeyDamaged`, `CannotRead`.

    The id may come from a workbook out of nowhere: one that is not 12 hexadecimal digits names no file.
    """
    if not _KEY_ID.fullmatch(key_id):
        return None
    path = folder / (key_id + SUFFIX)
    try:
        data = read_whole(path)
    except FileNotFoundError:
        return None
    text = unicodedata.normalize("NFC", data.decode("utf-8-sig", errors="replace"))
    lines = [line.removeprefix(_SECRET_LINE) for line in text.splitlines() if line.startswith(_SECRET_LINE)]
    if len(lines) != 1:
        raise KeyDamaged(path, "no line with the key, or more than one")
    try:
        payload = base64.b32decode(re.sub(r"[\s-]", "", lines[0]).upper())
    except ValueError:
        raise KeyDamaged(path, "the key is not base32") from None
    secret, check = payload[:_SECRET_LENGTH], payload[_SECRET_LENGTH:]
    if len(secret) != _SECRET_LENGTH or check != _check(secret):
        raise KeyDamaged(path, "the key's checksum is wrong")
    key = OfficeKey(secret)
    if key.id != key_id:
        raise KeyDamaged(path, f"the file holds the key {key.id}")
    return key


def derive(key: OfficeKey, label: str) -> OfficeKey:
    """The key that belongs to the label (a district's), the same each time; it does not lead back to `key`."""
    name = unicodedata.normalize("NFC", label).encode()
    return OfficeKey(hmac.digest(key.secret, b"cchc derive\0" + name, "sha256"))


def seal(key: OfficeKey, message: bytes) -> str:
    """The HMAC-SHA256 of the message, 64 hexadecimal digits; a prefix keeps seals and derived keys apart."""
    return hmac.digest(key.secret, b"cchc seal\0" + message, "sha256").hex()


def sealed(key: OfficeKey, message: bytes, tag: str) -> bool:
    """Whether `tag`, which comes from outside, is this key's seal of the message."""
    return hmac.compare_digest(seal(key, message).encode(), tag.encode("utf-8", "replace"))


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(b"cchc key file" + secret).digest()[:_CHECK_LENGTH]
