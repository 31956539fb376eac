"""What `CCHC.cmd` starts: installs the program from the wheels beside it, then checks what was dropped or shows a menu.

Runs under any installed Python that the set has wheels for, with nothing but the standard library, and without a network. The
program goes into the user's own folder and is made anew when the set is another; killed at any moment, the next start mends it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
WHEELS = HERE / "wheels"
CAMPAIGN_FILE = "dot_danh_gia.xlsx"
STAMP = "cchc-set.txt"  # what was installed, written last: without it the folder is half made

OPENING = """
CCHC – chấm điểm cải cách hành chính
  1  Kiểm tra một biểu mẫu đã điền
  2  Mở thư mục của một đợt đánh giá
  3  Cài các nút CCHC vào Excel
  4  Xem tình trạng các nút CCHC
  0  Thoát"""
CAMPAIGN = """
Đợt đánh giá: {folder}
  1  Cấp biểu mẫu cho các đơn vị
  2  Tiếp nhận hồ sơ trong 02_tiep_nhan
  3  Xem tình hình
  4  Nhận điểm thẩm định, lập bảng thẩm định
  5  Tổng hợp, xếp hạng
  6  Kiểm chứng kết quả
  0  Thoát"""
CAMPAIGN_COMMANDS = {"1": "issue", "2": "receive", "3": "status", "4": "appraise", "5": "rank", "6": "verify"}


def fits(version: tuple[int, int] = sys.version_info[:2], bits_64: bool = sys.maxsize > 2**32, library: str = sys.base_prefix) -> bool:
    """Whether the set has wheels for this Python, and Excel would see what it installs: Windows hides what a Store app writes."""
    return bits_64 and requirements(version).is_file() and "\\windowsapps\\" not in library.lower()


def requirements(version: tuple[int, int] = sys.version_info[:2]) -> Path:
    """The list of what is installed for this Python: every wheel by version and hash."""
    return HERE / f"requirements-{version[0]}.{version[1]}.txt"


def dropped(variables: Mapping[str, str]) -> list[str]:
    """The paths given: from cmd's own command line where it started the launcher (only that is whole if a name has an &), else as typed."""
    line, launcher = variables.get("CCHC_LINE", ""), variables.get("CCHC_SELF", "")
    at = line.lower().rfind(launcher.lower()) if launcher else -1
    if at < 0:
        return _words(variables.get("CCHC_ARGUMENTS", ""))
    rest = line[at + len(launcher) :].removeprefix('"').strip()
    return _words(rest.removesuffix('"') if rest.count('"') % 2 else rest)


def _words(text: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([^\s"]+)', text)]


# Installing


def venv_folder() -> Path:
    """Where the program lies: the user's own folder, so that neither a USB stick nor a share is written to."""
    local = os.environ.get("LOCALAPPDATA")
    return (Path(local) if local else Path.home() / ".local" / "share") / "CCHC" / "venv"


def python_in(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint() -> str:
    """What an installation depends on: the list, and the Python."""
    return hashlib.sha256(requirements().read_bytes() + sys.version.encode() + sys.base_prefix.encode()).hexdigest()


def provide(venv: Path) -> Path:
    """The installed program's Python; installs only what is missing. Raises OSError and CalledProcessError."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    stamp = venv / STAMP
    with _alone(venv.parent / "cchc.lock"):
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint():
            return python_in(venv)
        print("Đang cài chương trình cho người dùng này, chỉ lần đầu (khoảng một phút, không cần mạng) …", flush=True)
        stamp.unlink(missing_ok=True)
        shutil.rmtree(venv, ignore_errors=True)
        _quietly([sys.executable, "-I", "-m", "venv", "--clear", str(venv)])
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-index", "--no-deps")
        wanted = ("--find-links", str(WHEELS), "--require-hashes", "-r", str(requirements()))
        _quietly([str(python_in(venv)), "-I", "-X", "utf8", *pip, *wanted])
        stamp.write_text(fingerprint(), encoding="utf-8")
    return python_in(venv)


def _quietly(command: Sequence[str]) -> None:
    """Runs a step; what it says is shown only if it fails. Settings of pip on this machine are none of the set's."""
    variables = {name: value for name, value in os.environ.items() if not name.upper().startswith("PIP_")}
    variables |= {"PIP_CONFIG_FILE": os.devnull}
    subprocess.run(command, env=variables, check=True, encoding="utf-8", errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Holds a lock of the operating system, which also lets go when this process is killed."""
    with path.open("a", encoding="utf-8") as file:
        while not _locked(file.fileno()):
            time.sleep(0.5)
        yield


def _locked(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - this system only

            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - these systems only

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# Working


Cchc = Callable[..., int]
"""Runs a `cchc` command in this window and gives its exit code."""


def open_all(paths: Sequence[str], cchc: Cchc) -> int:
    """The worst exit code: a form dropped is checked, a campaign folder gets its menu, another folder's forms are checked."""
    codes = [0]
    for name in paths:
        path = Path(name)
        if path.is_dir() and (path / CAMPAIGN_FILE).is_file():
            codes.append(campaign_menu(path, cchc))
        elif path.is_dir():
            codes.append(_check_folder(path, cchc))
        elif path.name.lower() == CAMPAIGN_FILE:
            codes.append(campaign_menu(path.parent, cchc))
        elif path.is_file():
            codes.append(cchc("check", str(path)))
        else:
            print(f"Không thấy «{name}».")
            codes.append(2)
    return max(codes)


def _check_folder(folder: Path, cchc: Cchc) -> int:
    forms = sorted(path for path in folder.glob("*.xlsx") if not path.name.startswith(("~$", ".")))
    if not forms:
        print(f"Thư mục «{folder}» không có biểu mẫu .xlsx nào, cũng không phải thư mục của đợt đánh giá (không có {CAMPAIGN_FILE}).")
        return 1
    print(f"Kiểm tra {len(forms)} biểu mẫu trong «{folder}».")
    return max(cchc("check", str(form)) for form in forms)


def opening_menu(cchc: Cchc) -> int:
    """The exit code of the last thing done."""
    code = 0
    while True:
        match _asked(OPENING):
            case "1" | "2" as choice:
                what = "biểu mẫu" if choice == "1" else "thư mục"
                name = _asked(f"Kéo {what} vào cửa sổ này rồi bấm Enter:").strip('"')
                if name:
                    code = open_all([name], cchc)
            case "3":
                code = cchc("addin", "install")
            case "4":
                code = cchc("addin", "status")
            case "0" | "":
                return code
            case other:
                print(f"Không có mục «{other}».")


def campaign_menu(folder: Path, cchc: Cchc) -> int:
    """The exit code of the last thing done."""
    code = 0
    while (choice := _asked(CAMPAIGN.format(folder=folder))) not in ("0", ""):
        if choice in CAMPAIGN_COMMANDS:
            code = cchc(CAMPAIGN_COMMANDS[choice], str(folder))
        else:
            print(f"Không có mục «{choice}».")
    return code


def _asked(question: str) -> str:
    """What was typed; nothing at the end of the input."""
    try:
        return input(f"{question}\n> ").strip()
    except EOFError:
        return ""


def main(arguments: Sequence[str]) -> int:
    """The exit code: that of the command line, or 3 where this machine stands in the way."""
    if list(arguments) == ["--fits"]:
        return 0 if fits() else 1
    try:
        python = provide(venv_folder())
    except subprocess.CalledProcessError as error:
        print(f"Không cài được chương trình. Tệp trong bộ cài có thể thiếu hoặc hỏng; chép lại cả bộ rồi thử lại.\n{error.output}")
        return _closed(3)
    except OSError as error:
        print(f"Không cài được chương trình: {error}.\nĐóng Excel và các cửa sổ CCHC khác rồi thử lại.")
        return _closed(3)

    def cchc(*words: str) -> int:
        return subprocess.run([str(python), "-I", "-X", "utf8", "-m", "processor.cli", *words], check=False).returncode

    paths = dropped(os.environ)
    return _closed(open_all(paths, cchc)) if paths else opening_menu(cchc)


def _closed(code: int) -> int:
    """The same code, once the window has been read."""
    _asked("\nBấm Enter để đóng cửa sổ.")
    return code


if __name__ == "__main__":
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
