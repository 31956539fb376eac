"""PDF of printed workbooks through LibreOffice, where there is one, and many PDFs in one with bookmarks.

LibreOffice runs apart, with a profile of its own and a time limit; it prints the values that stand in the workbooks. A PDF bears its own
date, so it is made for convenience: what is proved is the workbook.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from processor.files import FileBusy, read_whole, write_atomic

BATCH = 24
"""Workbooks one start of LibreOffice is given: a start takes about two seconds, and a hung one must not hold everything."""

_SECONDS_TO_START, _SECONDS_A_FILE = 90, 20
_FRESH_PROFILE_EXIT = 81  # a fresh profile makes the first start end with this: start again


class NoOffice(Exception):
    """LibreOffice is not on this machine."""


class PdfFailed(Exception):
    """LibreOffice ended without a PDF for some workbooks; `missing` are theirs."""

    def __init__(self, missing: Sequence[Path], why: str) -> None:
        super().__init__(why)
        self.missing, self.why = tuple(missing), why


def find_soffice() -> Path:
    """The program that converts. Raises NoOffice."""
    folders = [os.environ.get(name, "") for name in ("ProgramFiles", "ProgramFiles(x86)")]
    usual = [shutil.which("soffice"), shutil.which("libreoffice"), "/Applications/LibreOffice.app/Contents/MacOS/soffice"]
    usual += [str(Path(folder) / "LibreOffice" / "program" / "soffice.exe") for folder in folders if folder]
    for candidate in usual:
        if candidate and Path(candidate).is_file():
            program = Path(candidate).resolve()
            binary = program.with_name("soffice.bin")
            return binary if binary.is_file() else program
    raise NoOffice


def make_pdfs(workbooks: Sequence[Path], *, tick: Callable[[int], None] = lambda _: None) -> tuple[list[Path], list[Path]]:
    """The PDF of each workbook, beside it under the same name, in order; and those of them that another program holds open, not renewed.

    Raises NoOffice, PdfFailed.
    """
    program = find_soffice()
    made: list[Path] = []
    busy: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="cchc-pdf-") as folder:
        for start in range(0, len(workbooks), BATCH):
            batch = workbooks[start : start + BATCH]
            for workbook, printed in zip(batch, _convert(program, Path(folder), start, batch), strict=True):
                made.append(workbook.with_suffix(".pdf"))
                try:
                    write_atomic(made[-1], printed.read_bytes())
                except FileBusy:
                    busy.append(made[-1])
            tick(len(batch))
    return made, busy


def _convert(program: Path, folder: Path, start: int, batch: Sequence[Path]) -> list[Path]:
    """One start of LibreOffice: copies under plain names in, PDFs out."""
    source, target = folder / f"in{start}", folder / f"out{start}"
    source.mkdir()
    names = []
    for turn, workbook in enumerate(batch):
        names.append(f"{turn:03d}")
        (source / f"{turn:03d}.xlsx").write_bytes(read_whole(workbook))
    profile = (folder / "profile").as_uri()
    options = ("--headless", "--norestore", "--nodefault", "--nolockcheck", f"-env:UserInstallation={profile}")
    command = [str(program), *options, "--convert-to", "pdf", "--outdir", str(target), *(str(source / f"{name}.xlsx") for name in names)]
    why = ""
    for _ in range(2):
        try:
            ran = subprocess.run(
                command,
                check=False,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_SECONDS_TO_START + _SECONDS_A_FILE * len(batch),
            )
        except subprocess.TimeoutExpired:
            raise PdfFailed(batch, "quá thời gian") from None
        why = f"mã {ran.returncode}"
        if ran.returncode != _FRESH_PROFILE_EXIT:
            break
    missing = [workbook for workbook, name in zip(batch, names, strict=True) if not (target / f"{name}.pdf").is_file()]
    if missing:
        raise PdfFailed(missing, why)
    return [target / f"{name}.pdf" for name in names]


@dataclass(frozen=True, slots=True)
class Bound:
    """One PDF to bind: its file, the chapter it belongs to, its own bookmark."""

    path: Path
    chapter: str
    title: str


def bind(target: Path, parts: Sequence[Bound]) -> int:
    """The number of pages of one PDF of all parts in order, with a bookmark for each chapter and in it one for each part."""
    from pypdf import PdfWriter  # noqa: PLC0415 - a second of start-up that only this needs

    writer = PdfWriter()
    chapter, at = "", None
    for part in parts:
        page = len(writer.pages)
        writer.append(str(part.path), import_outline=False)
        if at is None or part.chapter != chapter:
            chapter, at = part.chapter, writer.add_outline_item(title=part.chapter, page_number=page)
        writer.add_outline_item(title=part.title, page_number=page, parent=at)
    buffer = BytesIO()
    writer.write(buffer)
    write_atomic(target, buffer.getvalue())
    return len(writer.pages)
