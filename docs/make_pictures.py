"""Draws processor/guide/*.png, what guide and README show: `python -m docs.make_pictures` at the root, with LibreOffice and poppler.

Plays the demo in a temporary folder, prints some of its workbooks by LibreOffice as in Vietnam and cuts one page out of each. The
same seed gives the same figures; another LibreOffice or other fonts give slightly other pictures, so no test compares them.
"""

from __future__ import annotations

import io
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

from processor.demo import FEWEST, Filling, Year, fill, plausible, prepared
from processor.desk import APPRAISAL, PRINTS, RESULTS, open_desk
from processor.guide import FOLDER
from processor.keys import FOLDER_VARIABLE
from processor.printing import Wanted, print_papers
from processor.results import RESULT_FILE
from rubric_versions.answers import Answers
from tests.office import Office
from workbook_templates.authoring_book import authoring_book
from workbook_templates.book import write_book
from workbook_templates.layout import Layout, layout_of

SEED = 2018
DPI = 80
LARGEST = 150_000
"""Bytes of a picture: a README that takes long to load is not read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the page that holds all of `words` first, and the box to cut out of it (left, top, width, height, in mm)."""

    name: str
    workbook: Path
    words: tuple[str, ...]
    box: tuple[int, int, int, int]


def half_filled(layout: Layout, answers: Answers) -> Answers:
    """The answers of an officer at midday: the first half of the leaves done, one score typed as text, one left unexplained."""
    done = [place.leaf for place in layout.places[: len(layout.places) // 2]]
    leaves = {leaf.code: answers.of(leaf) for leaf in done}
    typed = next(leaf.code for leaf in done if leaf.method.kind == "direct")
    silent = next(leaf.code for leaf in done if leaf.code != typed and leaves[leaf.code].mark is None)
    leaves[typed] = replace(leaves[typed], inputs=("1,5",), mark=None)
    leaves[silent] = replace(leaves[silent], explanation=None)
    labels = set(layout.evidence_labels[: len(done)])
    return Answers(leaves, tuple(row for row in answers.evidence if row[0] in labels), {})


def half_filled_form(year: Year) -> bytes:
    """The form of the first sở of the demo that sends a good return, half filled."""
    unit = next(one for one in year.campaign.units if one.tier == "so" and one.code not in year.mishaps)
    appendix = year.version.appendix_for(unit.tier)
    answers = half_filled(layout_of(appendix), plausible(appendix, random.Random(SEED), 0.9))
    return fill(year.version, Filling(year.identities[unit.code], answers))


@contextmanager
def keys_in(folder: Path) -> Iterator[None]:
    """Nothing; meanwhile the demo's key lies there, not among the user's own."""
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = str(folder)
    try:
        yield
    finally:
        os.environ.pop(FOLDER_VARIABLE) if before is None else os.environ.update({FOLDER_VARIABLE: before})


def page_with(pdf: Path, words: tuple[str, ...]) -> int:
    """The number, from 1, of the first page that holds all those words; LibreOffice tears words apart, so blanks do not count."""
    pages = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode("utf-8").split("\f")
    for number, page in enumerate(pages, 1):
        text = "".join(page.split())
        if all("".join(one.split()) in text for one in words):
            return number
    raise SystemExit(f"{pdf.name}: no page with {words}")


def draw(picture: Picture, office: Office, folder: Path) -> Path:
    """The picture, written; the page is printed and cut."""
    pdf = folder / f"{picture.name}.pdf"
    office.convert(picture.workbook, pdf)
    page = str(page_with(pdf, picture.words))
    left, top, width, height = (str(round(side / 25.4 * DPI)) for side in picture.box)
    target = FOLDER / picture.name
    cut = ["-singlefile", "-f", page, "-l", page, "-r", str(DPI), "-x", left, "-y", top, "-W", width, "-H", height]
    subprocess.run(["pdftoppm", *cut, "-png", str(pdf), str(target)], check=True)
    return target.with_suffix(".png")


def main() -> None:
    """Draws them all."""
    with tempfile.TemporaryDirectory() as name, keys_in(Path(name) / "khoa"):
        folder = Path(name)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            year = Year(prepared(folder / "demo"), FEWEST, SEED)
            year.play()
        form = folder / "form.xlsx"
        form.write_bytes(half_filled_form(year))
        authored = folder / "authored.xlsx"
        authored.write_bytes(write_book(authoring_book(year.version)))
        with open_desk(year.folder, year.clock) as desk:
            minutes = print_papers(desk, Wanted(forms=("bien_ban",))).papers[0]
        pictures = (
            Picture("tu-cham-diem", form, ("BẢNG TỰ ĐÁNH GIÁ", "Giải trình"), (25, 15, 262, 165)),
            Picture("tai-lieu", form, ("TÀI LIỆU KIỂM CHỨNG", "Trích yếu nội dung"), (25, 15, 262, 100)),
            Picture("ra-soat-loi", form, ("RÀ SOÁT TRƯỚC KHI GỬI",), (25, 15, 262, 115)),
            Picture("tham-dinh", year.folder / APPRAISAL / "tham_dinh_thanh_pho.xlsx", ("BẢNG THẨM ĐỊNH",), (25, 15, 262, 150)),
            Picture("bien-ban", year.folder / PRINTS / minutes.file, ("BIÊN BẢN", "CĂN CỨ THẨM ĐỊNH"), (20, 12, 185, 240)),
            Picture("so-soan", authored, ("1.1.1", "Kiểm tra"), (25, 15, 262, 175)),
            Picture("xep-hang", year.folder / RESULTS / RESULT_FILE, ("CHỈ SỐ VÀ XẾP HẠNG", "Khối sở"), (25, 15, 175, 205)),
        )
        with Office(locale="vi-VN") as office:
            for one in pictures:
                path = draw(one, office, folder)
                size = path.stat().st_size
                print(path.name, f"{size:,} bytes")
                if size > LARGEST:
                    raise SystemExit(f"{path.name} is larger than {LARGEST:,} bytes")


if __name__ == "__main__":
    main()
