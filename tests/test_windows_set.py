"""The set for Windows machines without a network, as far as it can be seen without Windows.

Requirements: issue 6, "For people" (wheels, a launcher to double-click or drop a file or folder on, plain words where there is no Python).
Nothing is downloaded here: the libraries are wheels of a few lines. The rest is on the checklist.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from windows_set.build_set import LOCK, PYTHONS, HashMismatch, locked_for_windows, main, make_set
from windows_set.chuong_trinh import khoi_dong

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
PROGRAM = "import sys\nprint('cchc', *sys.argv[1:])\nsys.exit(1 if 'sai' in sys.argv[-1] else 0)\n"
LOCKED = (
    "click==8.5.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:cc\n"
    "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:dd\n"
    "pywin32==312 ; sys_platform == 'win32' \\\n    --hash=sha256:ee\n"
    "appscript==1.5.0 ; sys_platform == 'darwin' \\\n    --hash=sha256:ff\n"
    "setuptools==84.2.1 \\\n    --hash=sha256:ab\n"
)


def wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """A pure wheel with these files, as pip takes it."""
    path, info = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    parts = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/licenses/LICENSE.txt": f"Licence of {name}",
    }
    record = "".join(f"{part},,\n" for part in [*parts, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as package:
        for part, text in {**parts, f"{info}/RECORD": record}.items():
            package.writestr(zipfile.ZipInfo(part), text)
    return path


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What `build.py dist` has made before the set: the program's wheel and the add-in."""
    folder = tmp_path / "dist"
    folder.mkdir()
    wheel(folder, "cchc_workbooks", "0.1.0", {"processor/__init__.py": "", "processor/cli.py": PROGRAM})
    (folder / "cchc.xlam").write_bytes(b"xlam")
    return folder


def fetch(python: str, listed: Path, target: Path) -> str | None:
    """Stands in for the network: a library with a version of its own for each Python, as numpy has."""
    assert "click==8.5.1" in listed.read_text(encoding="utf-8")
    wheel(target, "click", "8.5.1", {"click.py": ""})
    wheel(target, "numpy", "2." + python.partition(".")[2], {"numpy.py": ""})
    return None


def unpacked(dist: Path, pythons: Sequence[str] = (HERE,)) -> Path:
    """The set, made and unpacked where somebody with a long name keeps it."""
    made, why = make_set(dist, LOCKED, pythons, fetch)
    assert why is None
    with zipfile.ZipFile(made) as package:
        package.extractall(dist.parent / "Máy của Ánh & Bình (100%)")
    return dist.parent / "Máy của Ánh & Bình (100%)" / "cchc-windows"


# What is in it


def test_the_lock_is_read_for_windows_and_not_for_the_machine_that_builds() -> None:
    older, newer = locked_for_windows(LOCKED, "3.11"), locked_for_windows(LOCKED, "3.13")
    assert older == ["click==8.5.1 --hash=sha256:aa --hash=sha256:bb", "numpy==2.4.6 --hash=sha256:cc", "pywin32==312 --hash=sha256:ee"]
    assert newer[1] == "numpy==2.5.5 --hash=sha256:dd"


def test_the_real_lock_gives_every_python_each_library_once_with_hashes() -> None:
    for python in PYTHONS:
        lines = locked_for_windows(LOCK.read_text(encoding="utf-8"), python)
        names = [line.split("==")[0] for line in lines]
        assert len(names) == len(set(names)) > 15
        assert {"click", "pydantic", "xlwings", "pywin32", "tzdata"} <= set(names)
        assert all("--hash=sha256:" in line and ";" not in line for line in lines)


def test_every_library_stands_in_the_list_of_its_python_with_the_hash_of_its_file(dist: Path) -> None:
    root = unpacked(dist, PYTHONS) / "chuong_trinh"
    wheels = {hashlib.sha256(one.read_bytes()).hexdigest(): one.name for one in (root / "wheels").iterdir()}
    for python in PYTHONS:
        lines = (root / f"requirements-{python}.txt").read_text(encoding="utf-8").splitlines()
        held = [wheels[line.rpartition("sha256:")[2]].split("-")[:2] for line in lines]
        assert held == [["cchc_workbooks", "0.1.0"], ["click", "8.5.1"], ["numpy", "2." + python.partition(".")[2]]]


def test_windows_text_files_have_windows_line_ends_and_the_launcher_is_ascii(dist: Path) -> None:
    root = unpacked(dist)
    launcher, note = (root / "CCHC.cmd").read_bytes(), (root / "DOC_TRUOC.txt").read_bytes()
    assert launcher.isascii()
    assert note.startswith(b"\xef\xbb\xbf")
    for data in (launcher, note):
        assert data.count(b"\n") == data.count(b"\r\n") > 10


def test_licences_of_all_libraries_come_along(dist: Path) -> None:
    assert (unpacked(dist) / "GIAY_PHEP" / "click-8.5.1" / "LICENSE.txt").read_text(encoding="utf-8") == "Licence of click"


def test_the_same_files_give_the_same_zip_and_no_address_stands_in_it(dist: Path) -> None:
    first, _ = make_set(dist, LOCKED, (HERE,), fetch)
    data = first.read_bytes()
    assert make_set(dist, LOCKED, (HERE,), fetch)[0].read_bytes() == data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        ours = [name for name in package.namelist() if not name.endswith(".whl") and "GIAY_PHEP" not in name]
        assert not any(b"://" in package.read(name) for name in ours)


def test_without_a_network_the_set_is_not_made_and_the_reason_is_told(
    dist: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (dist / "cchc-windows.zip").write_bytes(b"of yesterday")
    monkeypatch.setattr("windows_set.build_set.make_set", lambda dist, lock: make_set(dist, LOCKED, (HERE,), lambda *_: "no route to host"))
    assert main(dist) == 0
    said = capsys.readouterr().out
    assert "không tải được thư viện" in said
    assert "no route to host" in said
    assert sorted(path.name for path in dist.iterdir()) == ["cchc.xlam", "cchc_workbooks-0.1.0-py3-none-any.whl"]


def test_what_is_not_what_the_lock_says_is_never_packed(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forged(python: str, listed: Path, target: Path) -> str | None:
        raise HashMismatch("numpy")

    monkeypatch.setattr("windows_set.build_set.make_set", lambda dist, lock: make_set(dist, LOCKED, (HERE,), forged))
    assert main(dist) == 1
    assert not (dist / "cchc-windows.zip").exists()


# The launcher


CMD = (Path(khoi_dong.__file__).parents[1] / "CCHC.cmd").read_text(encoding="ascii")


def test_the_launcher_goes_only_where_it_has_a_label() -> None:
    labels = set(re.findall(r"^:(\w+)", CMD, re.MULTILINE))
    assert set(re.findall(r"\bgoto (\w+)", CMD)) == labels == {"end"}
    assert CMD.count("(\n") == len(re.findall(r"^\s*\)", CMD, re.MULTILINE))


def test_the_launcher_never_puts_a_name_from_outside_into_a_command() -> None:
    """An & in a dropped name would start what stands behind it: such text is only stored, or expanded late within quotes."""
    for line in CMD.splitlines():
        if "%*" in line:
            assert line == "set CCHC_ARGUMENTS=%*"
        assert "&" not in line
        assert not re.search(r"!CCHC_(?:ARGUMENTS|PROGRAM|SELF)!", line)
        assert not re.search(r"(?<!%)%(?:[1-9]|CCHC|cmdcmdline)", line, re.IGNORECASE)
    assert CMD.rstrip().splitlines()[-1] == "exit !CCHC_CODE!"


SELF = r"D:\Máy của Ánh & Bình\CCHC.cmd"
STARTED = r'C:\WINDOWS\system32\cmd.exe /c ""' + SELF + '"'


@pytest.mark.parametrize(
    ("line", "typed", "expected"),
    [
        (STARTED + ' "', "", []),
        (STARTED + '"', "", []),
        (STARTED + r' D:\bieu\a.xlsx"', "", [r"D:\bieu\a.xlsx"]),
        (STARTED + r' D:\a&b.xlsx"', r"D:\a", [r"D:\a&b.xlsx"]),
        (STARTED + r' "D:\biểu mẫu\a & b.xlsx""', "", [r"D:\biểu mẫu\a & b.xlsx"]),
        (STARTED + r' "D:\biểu mẫu" D:\b.xlsx"', "", [r"D:\biểu mẫu", r"D:\b.xlsx"]),
        (r'"C:\WINDOWS\system32\cmd.exe"', r'"D:\biểu mẫu\a & b.xlsx"', [r"D:\biểu mẫu\a & b.xlsx"]),
        (r'"C:\WINDOWS\system32\cmd.exe"', "", []),
        (STARTED.lower() + r' D:\a.xlsx"', "", [r"D:\a.xlsx"]),
    ],
)
def test_dropped_names_are_read_whole(line: str, typed: str, expected: list[str]) -> None:
    assert khoi_dong.dropped({"CCHC_SELF": SELF, "CCHC_LINE": line, "CCHC_ARGUMENTS": typed}) == expected


def test_only_a_64_bit_python_with_wheels_will_do(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(khoi_dong, "HERE", unpacked(dist, PYTHONS) / "chuong_trinh")
    assert khoi_dong.fits((3, 11), True)
    assert khoi_dong.fits((3, 14), True)
    assert not khoi_dong.fits((3, 10), True)
    assert not khoi_dong.fits((3, 15), True)
    assert not khoi_dong.fits((3, 12), False)
    assert not khoi_dong.fits((3, 12), True, r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_x64")


# Working, with this machine's Python


Start = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Starts the unpacked set as CCHC.cmd does, with a user's folder of its own."""
    folder = tmp_path_factory.mktemp("máy")
    dist = folder / "dist"
    dist.mkdir()
    wheel(dist, "cchc_workbooks", "0.1.0", {"processor/__init__.py": "", "processor/cli.py": PROGRAM})
    (dist / "cchc.xlam").write_bytes(b"xlam")
    script = unpacked(dist) / "chuong_trinh" / "khoi_dong.py"

    def start(*paths: Path, typed: str = "", local: Path = folder / "Nguyễn Văn Ánh" / "Local") -> subprocess.CompletedProcess[str]:
        line = " ".join([f'cmd.exe /c ""{SELF}"', *(f'"{path}"' for path in paths), '"'])
        (code,) = re.findall(r'^set "CCHC_START=(.*)"$', CMD, re.MULTILINE)
        told = {"LOCALAPPDATA": str(local), "CCHC_SELF": SELF, "CCHC_LINE": line, "CCHC_PROGRAM": str(script)}
        return subprocess.run(
            [sys.executable, "-I", "-X", "utf8", "-c", code],
            env={**os.environ, **told, "PIP_INDEX_URL": "http://localhost:9/"},
            input=typed,
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            timeout=120,
            check=False,
        )

    return start


def test_a_dropped_form_is_checked_and_the_program_installed_once(started: Start, tmp_path: Path) -> None:
    form = tmp_path / "xã Ánh & Bình.xlsx"
    form.write_bytes(b"")
    first, second = started(form), started(form)
    assert "Đang cài chương trình" in first.stdout
    assert "Đang cài chương trình" not in second.stdout
    for done in (first, second):
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"cchc check {form}" in done.stdout
        assert "Bấm Enter để đóng cửa sổ." in done.stdout


def test_the_worst_of_several_forms_is_the_exit_code(started: Start, tmp_path: Path) -> None:
    for name in ("đúng.xlsx", "~$đúng.xlsx", "sai.xlsx", "ghi chú.txt"):
        (tmp_path / name).write_bytes(b"")
    done = started(tmp_path)
    assert done.returncode == 1
    assert re.findall(r"cchc check .*", done.stdout) == [f"cchc check {tmp_path / name}" for name in ("sai.xlsx", "đúng.xlsx")]


def test_a_dropped_campaign_folder_gets_its_menu(started: Start, tmp_path: Path) -> None:
    (tmp_path / "dot_danh_gia.xlsx").write_bytes(b"")
    for dropped in (tmp_path, tmp_path / "dot_danh_gia.xlsx"):
        done = started(dropped, typed="2\n9\n5\n0\n")
        assert f"Đợt đánh giá: {tmp_path}" in done.stdout
        assert re.findall(r"cchc \w+ .*", done.stdout) == [f"cchc receive {tmp_path}", f"cchc rank {tmp_path}"]
        assert "Không có mục «9»." in done.stdout


def test_every_line_of_the_menus_leads_to_a_command_that_exists() -> None:
    from processor.cli import cli  # noqa: PLC0415 - the command line changes gettext

    numbers = set(re.findall(r"^  (\d)  ", khoi_dong.CAMPAIGN, re.MULTILINE)) - {"0"}
    assert numbers == set(khoi_dong.CAMPAIGN_COMMANDS)
    assert set(khoi_dong.CAMPAIGN_COMMANDS.values()) | {"check", "addin"} <= set(cli.commands)


def test_a_double_click_shows_what_can_be_done(started: Start, tmp_path: Path) -> None:
    form = tmp_path / "biểu mẫu.xlsx"
    form.write_bytes(b"")
    done = started(typed=f'1\n"{form}"\n3\n0\n')
    assert done.returncode == 0
    assert re.findall(r"cchc (?:check|addin) .*", done.stdout) == [f"cchc check {form}", "cchc addin install"]


def test_nothing_dropped_that_is_there_is_told(started: Start, tmp_path: Path) -> None:
    assert "Không thấy «" in started(tmp_path / "mất.xlsx").stdout
    empty = tmp_path / "trống"
    empty.mkdir()
    assert "không có biểu mẫu .xlsx nào" in started(empty).stdout


def test_a_wheel_that_was_changed_is_not_installed(dist: Path, tmp_path: Path) -> None:
    root = unpacked(dist) / "chuong_trinh"
    (changed,) = (root / "wheels").glob("cchc_workbooks-*.whl")
    changed.write_bytes(changed.read_bytes() + b" ")
    variables = {**os.environ, "LOCALAPPDATA": str(tmp_path / "local"), "CCHC_ARGUMENTS": "x.xlsx"}
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", root / "khoi_dong.py"],
        env=variables,
        input="",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 3
    assert "Không cài được chương trình" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "local" / "CCHC" / "venv" / khoi_dong.STAMP).exists()
