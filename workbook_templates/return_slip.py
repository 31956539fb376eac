"""What goes back to a unit on paper: the slip of a return that must be mended, and the acknowledgement of one that was accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rubric_versions.findings import SEVERITY_WORDS, Finding, Severity
from workbook_templates.book import Book, Sheet

TITLES = {
    "accepted": "PHIẾU TIẾP NHẬN HỒ SƠ TỰ CHẤM ĐIỂM",
    "returned": "PHIẾU YÊU CẦU SỬA, BỔ SUNG HỒ SƠ TỰ CHẤM ĐIỂM",
    "foreign": "PHIẾU TRẢ LẠI TỆP KHÔNG NHẬN RA",
    "documents": "PHIẾU TIẾP NHẬN TÀI LIỆU KIỂM CHỨNG BỔ SUNG",
}
SENTENCES = {
    "accepted": "Hồ sơ đầy đủ, biểu mẫu còn nguyên vẹn; điểm dưới đây được tính lại từ số liệu đơn vị nhập.",
    "returned": "Hồ sơ chưa được chấp nhận. Xem lý do dưới đây, sửa theo hướng dẫn rồi gửi lại.",
    "documents": "Các tệp dưới đây đã được nhận và lưu bản gốc. Nếu còn thiếu thì xem bảng ở dưới, gửi bổ sung trước giờ khóa.",
    "foreign": "Tệp không đọc được hoặc không phải biểu mẫu do cơ quan cấp. Bản gốc của tệp vẫn được lưu.",
}


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip: the office, the unit, facts as label and value, findings in order."""

    kind: str
    organiser: str
    place: str
    unit: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    fresh: bool = False


def return_slip(slip: Slip) -> Book:
    """The slip as a book of one printed page or more."""
    sheet = Sheet("Phiếu", locked=True)
    sheet.widths = {1: 5, 2: 11, 3: 26, 4: 48}
    sheet.span(1, 1, 2, slip.organiser.upper(), "letter_left")
    sheet.merges[-1] = ((1, 1), (1, 3))
    sheet.put(1, 4, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "letter_right")
    sheet.put(2, 4, "Độc lập - Tự do - Hạnh phúc", "letter_motto")
    sheet.put(3, 4, f"{slip.place}, ngày …… tháng …… năm ……", "letter_date")
    sheet.span(5, 1, 4, TITLES[slip.kind], "title")
    sheet.span(6, 1, 4, slip.unit, "unit")
    fresh = " Biểu mẫu mới gửi kèm đã giữ nội dung đã nhập, các ô cần sửa viền đỏ: sửa trên biểu mẫu này." if slip.fresh else ""
    sheet.span(7, 1, 4, SENTENCES[slip.kind] + fresh, "small_centre")
    row = 9
    for label, value in slip.facts:
        sheet.span(row, 1, 3, label, "cell")
        sheet.put(row, 4, value, "cell")
        row += 1
    row += 1
    shown = [one for one in slip.findings if one.severity is not Severity.NOTE or slip.kind != "accepted"]
    if shown:
        sheet.row(row, ("STT", "Mức", "Ở đâu", "Vấn đề và cách sửa"), "head")
        sheet.repeat_rows = (row, row)
        for turn, one in enumerate(shown, 1):
            row += 1
            sheet.put(row, 1, turn, "number")
            sheet.put(row, 2, SEVERITY_WORDS[one.severity], "centre")
            sheet.put(row, 3, _place(one), "cell")
            sheet.put(row, 4, one.message, "cell")
    row += 2
    sheet.put(row, 4, "NGƯỜI TIẾP NHẬN", "signature")
    sheet.heights[row + 1] = 60
    sheet.print_to = (row + 1, 4)
    return Book(f"{TITLES[slip.kind].capitalize()} – {slip.unit}", [sheet], password="phieu", author=slip.organiser)


def _place(one: Finding) -> str:
    place = one.place
    return place[:1].upper() + place[1:] if place else "Cả tệp"


def counted(findings: Sequence[Finding]) -> str:
    """How many errors and warnings, in words."""
    errors = sum(one.severity is Severity.ERROR for one in findings)
    warnings = sum(one.severity is Severity.WARNING for one in findings)
    return f"{errors} lỗi, {warnings} cảnh báo"
