"""The add-in `cchc.xlam`: its parts, its ribbon, its VBA, and what a press of each button comes to.

Requirements: issue 3, "Excel" and "Shown by tests"; the facts are those of Office's file formats. LibreOffice runs the very VBA that
Excel would, with the module that touches the system replaced by one that only tells what it was asked.
"""

from __future__ import annotations

import io
import re
import runpy
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from openxml_audit import OpenXmlValidator

from addin.buttons import BUTTONS, GROUPS, TAB
from addin.excel import package
from addin.excel.package import SOURCES, addin_file, source
from addin.excel.ribbon import CALLBACK, NAMESPACE
from addin.excel.vba_project import Kind, Module
from rubric_versions.words import LAUNCHER_TEXTS
from tests.office import Office
from tests.test_addin_project import modules_in, strict
from tests.vba import complaints, evaluated

PYTHON = r"C:\Users\Nguyễn Văn Ánh\Chấm điểm & xếp hạng (2018)\.venv\Scripts\python.exe"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(addin_file({"python": PYTHON}))) as made:
        return {name: made.read(name) for name in made.namelist()}


# The package


def test_the_same_settings_give_the_same_bytes_and_others_differ() -> None:
    assert addin_file({"python": PYTHON}) == addin_file({"python": PYTHON}) != addin_file({})


def test_the_licence_handed_out_is_that_of_the_xlwings_in_use() -> None:
    theirs = metadata.distribution("xlwings").read_text("licenses/LICENSE.txt")
    assert (Path(__file__).parents[1] / "licences" / "xlwings.txt").read_text(encoding="utf-8") == theirs


def test_nothing_is_compressed_as_pythons_compress_differently() -> None:
    with zipfile.ZipFile(io.BytesIO(addin_file({}))) as made:
        assert {info.compress_type for info in made.infolist()} == {zipfile.ZIP_STORED}
        assert {(info.date_time, info.create_system) for info in made.infolist()} == {((2000, 1, 1, 0, 0, 0), 3)}


def test_openxml_audit_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cchc.xlam"
    path.write_bytes(addin_file({"python": PYTHON}))
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_it_is_an_add_in_with_a_project_and_a_ribbon(parts: dict[str, bytes]) -> None:
    types = {part.get("PartName"): part.get("ContentType") for part in ET.fromstring(parts["[Content_Types].xml"])}
    assert types["/xl/workbook.xml"] == "application/vnd.ms-excel.addin.macroEnabled.main+xml"
    assert types["/xl/vbaProject.bin"] == "application/vnd.ms-office.vbaProject"
    relations = {one.get("Target"): one.get("Type") for one in ET.fromstring(parts["_rels/.rels"])}
    assert relations["customUI/customUI.xml"] == "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
    relations = {one.get("Target"): one.get("Type") for one in ET.fromstring(parts["xl/_rels/workbook.xml.rels"])}
    assert relations["vbaProject.bin"] == "http://schemas.microsoft.com/office/2006/relationships/vbaProject"


def test_code_names_of_workbook_and_sheets_are_the_document_modules(parts: dict[str, bytes]) -> None:
    workbook = ET.fromstring(parts["xl/workbook.xml"])
    named = [workbook.find(f"{MAIN}workbookPr")]
    sheets = sorted(name for name in parts if name.startswith("xl/worksheets/"))
    named += [ET.fromstring(parts[name]).find(f"{MAIN}sheetPr") for name in sheets]
    codes = [one.get("codeName") for one in named if one is not None]
    listed = strict(parts["xl/vbaProject.bin"]).openstream("PROJECT").read().decode()
    assert re.findall(r"^Document=(\w+)/", listed, re.MULTILINE) == codes
    assert {f"{code}.cls" for code in codes} < set(modules_in(parts["xl/vbaProject.bin"]))


def test_settings_and_messages_stand_on_sheets_that_nobody_sees(parts: dict[str, bytes]) -> None:
    sheets = ET.fromstring(parts["xl/workbook.xml"]).findall(f"{MAIN}sheets/{MAIN}sheet")
    assert [sheet.get("name") for sheet in sheets if sheet.get("state") != "veryHidden"] == [package.ABOUT]
    texts = ET.fromstring(parts["xl/sharedStrings.xml"]).itertext()
    assert {PYTHON, *LAUNCHER_TEXTS.values()} <= set(texts)


def test_an_independent_reader_gives_back_our_sources(parts: dict[str, bytes]) -> None:
    read = modules_in(parts["xl/vbaProject.bin"])
    assert {name: read[f"{name}.bas"] for name in SOURCES} == {name: source(name) for name in SOURCES}


# The ribbon


def test_every_button_stands_in_the_ribbon_once_with_words_and_an_image(parts: dict[str, bytes]) -> None:
    ribbon = ET.fromstring(parts["customUI/customUI.xml"])
    assert ribbon.tag == f"{{{NAMESPACE}}}customUI"
    assert [tab.get("label") for tab in ribbon.iter(f"{{{NAMESPACE}}}tab")] == [TAB]
    assert [group.get("label") for group in ribbon.iter(f"{{{NAMESPACE}}}group")] == list(GROUPS.values())
    shown = list(ribbon.iter(f"{{{NAMESPACE}}}button"))
    assert [(one.get("id"), one.get("label"), one.get("supertip"), one.get("imageMso")) for one in shown] == [
        (button.id, button.label, button.tip, button.icon) for button in BUTTONS
    ]
    ids = [one.get("id") for one in ribbon.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert all(len(str(one.get("supertip"))) <= 1024 for one in shown)


def test_the_one_callback_is_a_public_procedure_of_the_module_it_names(parts: dict[str, bytes]) -> None:
    actions = {one.get("onAction") for one in ET.fromstring(parts["customUI/customUI.xml"]).iter() if one.get("onAction")}
    assert actions == {CALLBACK}
    module, procedure = CALLBACK.split(".")
    assert f"Public Sub {procedure}(ByVal control As Object)" in source(module)


def test_the_plan_of_the_tab_in_the_docs_is_drawn_from_the_list() -> None:
    drawn = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "make_ribbon.py"))  # docs is no package
    picture = drawn["PICTURE"].read_text(encoding="utf-8")
    assert picture == drawn["drawing"]()
    assert all(button.label.split()[0] in picture for button in BUTTONS)


# The sources


def test_our_sources_would_compile_in_every_excel() -> None:
    assert complaints({name: source(name) for name in SOURCES}) == []
    for mac in (False, True):
        assert complaints({name: evaluated(source(name), mac=mac) for name in SOURCES}) == []


GOOD = 'Option Explicit\nPublic Sub A()\n    Dim x As Long\n    If x = 1 Then\n        x = Len("y z")\n    End If \' q\nEnd Sub\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Option Explicit", "", "no Option Explicit"),
        ("Dim x As Long", "", "x is declared nowhere"),
        ("x = Len", "y = Len", "y is declared nowhere"),
        ("    End If", "", "closes nothing of its kind"),
        ("    If x = 1 Then", "", "closes nothing of its kind"),
        ("End Sub", "", "sub is never closed"),
        ("End Sub", "End Function", "closes nothing of its kind"),
        ("Option Explicit", 'Option Explicit\nDeclare Sub S Lib "k" ()', "Declare"),
        ("Option Explicit", "Option Explicit\n#If Mac Then\n#End If", "#If outside a procedure"),
        ("y z", "ỹ", "not ASCII"),
        ("y z", "y" * 1100, "line too long"),
        ("x = Len(", "x = " + "1 + _\n" * 25 + "Len(", "too many continued lines"),
    ],
)
def test_the_watch_over_our_sources_sees(old: str, new: str, said: str) -> None:
    assert complaints({"M": GOOD}) == []
    assert any(said in one for one in complaints({"M": GOOD.replace(old, new, 1)}))


def test_every_text_that_vba_asks_for_is_there_and_every_text_is_asked_for() -> None:
    asked = {key for name in SOURCES for key in re.findall(r'CchcText\("([\w-]+)"\)', source(name))}
    assert asked == set(LAUNCHER_TEXTS)


def test_vba_knows_nothing_of_other_workbooks_but_the_name() -> None:
    """Settings, texts and the program to start come from the add-in's own sheets (issue 3: a returned workbook is never run)."""
    used = {match for name in SOURCES for match in re.findall(r"\b(?:ActiveWorkbook|Workbooks|ActiveSheet)\b[.\w]*", source(name))}
    assert used == {"ActiveWorkbook", "ActiveWorkbook.Name"}


# A press, in LibreOffice


HOST = (Path(__file__).with_name("vba_host.bas")).read_text(encoding="ascii")
CONTROL = Module(
    "FakeControl",
    'Attribute VB_Name = "FakeControl"\r\nAttribute VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"\r\n'
    "Attribute VB_PredeclaredId = False\r\nOption Explicit\r\nPublic ID As String\r\n",
    Kind.CLASS,
)


class Excel:
    """The add-in open in LibreOffice, with a system that only tells."""

    def __init__(self, office: Office, folder: Path, *, settings: dict[str, str], mac: bool = False) -> None:
        path = folder / "tệp của xã.xlam"  # LibreOffice's front workbook is the add-in itself
        ribbon = Module("CchcRibbon", evaluated(source("CchcRibbon"), mac=mac))
        host = Module("CchcHost", "\r\n".join([*HOST.splitlines(), ""]))
        with_settings = package.book(settings)
        path.write_bytes(package.package(with_settings, [ribbon, host, CONTROL]))
        self.office, self.document = office, office.open(path, macros=True)

    def press(self, button: str, **system: str) -> list[str]:
        """What the system was asked, in order, but for the status bar. `system`: what it answers (python, code, log, protected, raises)."""
        return [asked for asked in self.press_and_watch(button, **system) if not asked.startswith("progress ")]

    def press_and_watch(self, button: str, **system: str) -> list[str]:
        """All of what the system was asked."""
        order = ("python", "code", "log", "protected", "raises")
        answers = {"python": "yes", "code": "0", "log": "", "protected": "", "raises": ""} | system
        said = self.office.script(self.document, f"{package.PROJECT}.CchcHost.Press", button, *(answers[name] for name in order))
        return [line for line in str(said).split("\n\x1f") if line]


@pytest.fixture(scope="module")
def excel(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Excel]:
    running = Excel(office, tmp_path_factory.mktemp("xlam"), settings={"python": PYTHON})
    yield running
    office.close(running.document)


def test_every_button_starts_python_alone_with_its_own_id(excel: Excel) -> None:
    for button in BUTTONS:
        started, *after = excel.press(button.id)
        assert started == (
            f'run "{PYTHON}" -I -X utf8 -m addin.run {button.id} "--wb=tệp của xã.xlam" --from_xl=1 '
            r'"--app=C:\Office\EXCEL.EXE" "--hwnd=4711" "--log=C:\Temp\cchc-1.log"'
        )
        assert after == [r"remove C:\Temp\cchc-1.log"]


def test_the_status_bar_tells_that_something_is_going_on_and_is_given_back(excel: Excel) -> None:
    for system in ({}, {"code": "1"}, {"python": ""}, {"raises": "Permission denied"}):
        asked = excel.press_and_watch("ra_soat_loi", **system)
        assert asked[0] == f"progress {LAUNCHER_TEXTS['working']}"
        assert "progress " in asked[1:]


def test_what_python_wrote_is_shown_and_the_log_removed(excel: Excel) -> None:
    for code in ("0", "1"):
        _, *after = excel.press("ra_soat_loi", code=code, log="Biểu mẫu đang mở\nchỉ đọc.")
        assert after == [r"remove C:\Temp\cchc-1.log", "tell Biểu mẫu đang mở\nchỉ đọc."]


def test_a_python_that_ends_without_a_word_is_told_with_its_exit_code(excel: Excel) -> None:
    assert excel.press("ra_soat_loi", code="3")[-1] == f"tell {LAUNCHER_TEXTS['python-failed']} (3)"


def test_a_python_that_is_gone_is_named(excel: Excel) -> None:
    assert excel.press("ra_soat_loi", python="") == [f"tell {LAUNCHER_TEXTS['python-missing']}\n\n{PYTHON}"]


def test_a_machine_that_forbids_it_is_told_and_the_next_press_works(excel: Excel) -> None:
    (told,) = excel.press("ra_soat_loi", raises="Permission denied")
    assert told.startswith(f"tell {LAUNCHER_TEXTS['blocked']}")
    assert excel.press("ra_soat_loi")[0].startswith("run ")


def test_protected_view_stops_what_needs_a_form_and_nothing_else(excel: Excel) -> None:
    for button in BUTTONS:
        asked = excel.press(button.id, protected="yes")
        if button.needs == "form":
            assert asked == [f"tell {LAUNCHER_TEXTS['protected-view']}"]
        else:
            assert asked[0].startswith("run ")


def test_without_settings_nothing_is_started(office: Office, tmp_path: Path) -> None:
    fresh = Excel(office, tmp_path, settings={})
    assert fresh.press("ra_soat_loi") == [f"tell {LAUNCHER_TEXTS['not-installed']}"]
    office.close(fresh.document)


def test_on_a_mac_three_lines_go_to_the_script_in_the_users_folder(office: Office, tmp_path: Path) -> None:
    mac = Excel(office, tmp_path, settings={}, mac=True)
    for button in BUTTONS:
        assert mac.press(button.id) == [f"mac {button.id}\ntệp của xã.xlam\n" r"C:\Office\EXCEL.EXE"]
    office.close(mac.document)
