"""Texts that would be formulas or links, put wherever people outside can put one: in no workbook of a campaign do they become any.

Requirements: issue 5, "Anything from outside that reaches a workbook of ours is written as text, never as a formula". Looked at is every
workbook in the folders of the campaign, whatever command makes it, by our own reader, by openpyxl, and in the parts themselves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl

from processor.campaign import Campaign
from processor.clock import FixedClock, parse_moment
from processor.desk import INBOX, ORIGINALS, create
from processor.issuing import identities
from processor.reader import read_workbook
from rubric_versions.answers import Answers
from tests.districts import MERGING, open_district, play, with_keys
from tests.folders import CENTRAL, OPENING, VERSION, Folder, campaign_of, good, parts
from tests.test_own_tables import FRAME, Row, imported, workbook
from workbook_templates.appraisal_book import Filled

MARK = "bad.example"
"""Stands in every nasty text and nowhere else."""

TEXTS = (
    f'=HYPERLINK("http://{MARK}/x","Bấm vào đây")',
    f"=cmd|' /C calc {MARK}'!A0",
    f'=WEBSERVICE("http://{MARK}/")',
    f"+1+{MARK}",
    f"-1-{MARK}",
    f"@SUM(1;{MARK})",
    f"http://{MARK}/a b",
    f"mailto:ai@{MARK}",
    f"internal:'Bảng'!A1 {MARK}",
    f"file://{MARK}/share",
    f"{{=1+1}} {MARK}",
)
OFFICERS = (*TEXTS, f"\t=1+1 {MARK}", f"\r=1+1 {MARK}", f"\n=1+1 {MARK}")
"""Also what a cell of ours takes from an officer, yet no name of a unit may hold."""

DATE = 2
"""Which column of the list of evidence holds a date."""

KINDS = (
    r"^01_.*_lan1\.xlsx", r"bieu_mau_sua", r"phieu_yeu_cau_sua", r"phieu_tiep_nhan", r"phieu_tra_lai", r"lan1_thay_doi_diem",
    r"so_lieu_tap_trung_IV", r"so_lieu_tap_trung_danh_sach", r"tham_dinh_thanh_pho", r"^06_ket_qua/don_vi/", r"^06_.*/ket_qua_xep_hang",
    r"so_ket_qua_916", r"^07_ban_in/bao_cao/", r"/bien_ban/", r"^07_.*/danh_sach_don_vi", r"^07_.*/ket_qua_xep_hang", r"/phieu/",
    r"/phu_luc_II/", r"/tai_lieu/", r"^dot_danh_gia", r"^so_theo_doi", r"^theo_doi_tien_do", r"^goi_khoi_tao_916.*/.*\.xlsx",
)  # fmt: skip
"""A workbook of each kind must hold one of the texts, or the test would show nothing of it."""

ACTING = re.compile(rb"<(?:x14:|xm:)?(?:f|formula|formula1|formula2|definedName)\b[^>]*>([^<]*)<")


def acting(data: bytes) -> Iterator[str]:
    """Where a text that is marked would act: a formula of a cell, a rule, a name, a link, an external target."""
    book = read_workbook(data)
    for name, sheet in book.sheets.items():
        yield from (f"{name}{place}" for place, cell in sheet.cells.items() if MARK in (cell.formula or ""))
    yield from (f"name {name}" for name, target in book.names.items() if MARK in target)
    yield from book.active
    for page in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        for row in page.iter_rows():
            for one in row:
                if MARK in str(one.value) and one.data_type != "s":
                    yield f"{page.title}!{one.coordinate} is of type {one.data_type}"
                if one.hyperlink is not None and MARK in f"{one.hyperlink.target} {one.hyperlink.location} {one.hyperlink.tooltip}":
                    yield f"{page.title}!{one.coordinate} links"
    for name, part in parts(data).items():
        if name.endswith(".rels") and MARK.encode() in part:
            yield name
        yield from (f"{name}: {found.decode()}" for found in ACTING.findall(part) if MARK.encode() in found)


def holds(data: bytes) -> bool:
    """Whether a marked text stands in a cell."""
    return any(MARK in str(cell.value) for sheet in read_workbook(data).sheets.values() for cell in sheet.cells.values())


def books_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every workbook in a folder that is not as it came from outside, by name; those in start packages too."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".xlsx" and not {INBOX, ORIGINALS} & set(path.parts):
            yield name, path.read_bytes()
        elif path.suffix == ".zip":
            yield from ((f"{path.name}/{part}", data) for part, data in parts(path.read_bytes()).items() if part.endswith(".xlsx"))


def look(*folders: Path) -> set[str]:
    """The workbooks in the folders that hold a nasty text; all of them, and all others, have been found to have none that acts."""
    found = set()
    for folder in folders:
        for name, data in books_in(folder):
            assert list(acting(data)) == [], name
            if holds(data):
                found.add(name)
    return found


def nasty_campaign(made: Campaign) -> Campaign:
    """The campaign with nasty texts where the clerk of the organiser can put them."""
    units = tuple(replace(one, name=TEXTS[turn % len(TEXTS)]) for turn, one in enumerate(made.units))
    return replace(made, units=units, title=TEXTS[0], organiser=TEXTS[3], place=TEXTS[4], signer_title=TEXTS[5], signer=TEXTS[1])


def nasty_answers(answers: Answers, *, wrong: bool = False) -> Answers:
    """Answers with nasty texts as explanations, evidence and approval; if they are to be `wrong`, as dates and choices too."""
    leaves = {code: replace(one, explanation=OFFICERS[turn % len(OFFICERS)]) for turn, (code, one) in enumerate(answers.leaves.items())}
    evidence = tuple(
        tuple(OFFICERS[(turn + at) % len(OFFICERS)] if at and (wrong or at != DATE) else raw for at, raw in enumerate(row))
        for turn, row in enumerate(answers.evidence)
    )
    signed = {
        key: TEXTS[0] if wrong or key in ("council", "preparer", "contact", "head", "head_title") else raw
        for key, raw in answers.approval.items()
    }
    return replace(answers, leaves=leaves, evidence=evidence, approval=signed)


def lowered(folder: Folder) -> Mapping[tuple[str, str], Filled]:
    """Nasty reasons of a council for what it gives less than its due: the first scores of every unit."""
    return {
        (unit, leaf.code): Filled(Fraction(0), text)
        for unit in folder.identities
        for leaf, text in zip(VERSION.appendix_for(folder.campaign().unit(unit).tier).self_leaves, TEXTS, strict=False)
    }


def test_what_acts_is_seen() -> None:
    def book(change: Callable[[Any], object]) -> list[str]:
        made, out = openpyxl.Workbook(), io.BytesIO()
        change(made.active)
        made.save(out)
        return list(acting(out.getvalue()))

    def link(page: Any) -> None:
        page["A1"].hyperlink = f"http://{MARK}"

    assert book(lambda page: page.append([f"1 {MARK}"])) == []
    for text in TEXTS[:3]:
        assert book(lambda page, text=text: page.append([text])), text  # type: ignore[misc]  # a default binds it
    assert book(link)


def test_no_text_from_outside_acts_in_any_workbook_of_a_city_and_its_district(tmp_path: Path) -> None:
    city = Folder(tmp_path / "tp" / "Thành phố", tmp_path / "tp" / "khoa", {})
    made = nasty_campaign(campaign_of("SNV", "916", "31117"))
    with_keys(city, lambda: create(city.path, made, VERSION, FixedClock(parse_moment(OPENING))))
    assert city.run("district", "--out", tmp_path / "gói", now=OPENING).code == 0
    district = open_district(next((tmp_path / "gói").glob("goi_khoi_tao_916_*.zip")), tmp_path / "916")
    assert city.run("issue", now=OPENING).code == 0
    with city.desk() as desk:
        city.identities = {one.unit: one for one in identities(desk, 1)}
    for folder in (city, district):
        for unit in folder.identities:
            folder.drop(f"{unit}.xlsx", folder.form(unit, nasty_answers(good(unit), wrong=True)))
        assert folder.run("receive").code == 1
        play(folder, answers={unit: nasty_answers(good(unit)) for unit in folder.identities}, wanted=lowered(folder))
        folder.run("central", now=CENTRAL)
    assert district.run("result", now=CENTRAL).code == 0
    book = next((district.path / "06_ket_qua").glob("so_ket_qua_*.xlsx"))
    city.drop(f"{TEXTS[3]}.xlsx", b"khac")
    city.run("merge", book, city.path / INBOX / f"{TEXTS[3]}.xlsx", now=MERGING)
    assert city.run("decide", "SNV", "record", "--reason", TEXTS[0], now=MERGING).code == 0
    for command in (("receive",), ("appraise",), ("rank", "--units"), ("print",), ("status",)):
        city.run(*command, now=MERGING)
    for command in (("rank", "--units"), ("print",), ("status",)):
        district.run(*command, now=MERGING)
    found = look(city.path, district.path, tmp_path / "gói")
    for kind in KINDS:
        assert any(re.search(kind, name) for name in found), f"a nasty text has come into {kind}"


def test_no_text_of_an_offices_own_table_acts_in_the_book_made_of_it(tmp_path: Path) -> None:
    def as_texts(page: Any) -> None:
        for row in page.iter_rows():
            for one in row:
                if isinstance(one.value, str):
                    one.data_type = "s"

    rows: list[Row] = [FRAME[0]]
    rows += [(f"1.{turn}", text, 5, text, text, text, text) for turn, text in enumerate(TEXTS, 1)]
    ran = imported(workbook(tmp_path / "a.xlsx", [*rows, *FRAME[2:]], as_texts))
    assert ran.json["written"]
    assert look(tmp_path / "ra")
