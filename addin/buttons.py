"""The one list of buttons, as data: ribbon, menu, toolbar, docs and tests are all made of it. Loads nothing but the standard library.

A button is added by one line here and one function of its name in `addin.macros`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TAB = "CCHC"
"""What the ribbon's tab, LibreOffice's menu and its toolbar are called."""

Group = Literal["unit", "office", "help"]
Needs = Literal["form", "campaign", "nothing"]

GROUPS: dict[Group, str] = {"unit": "Đơn vị tự chấm", "office": "Cơ quan tổ chức đánh giá", "help": "Trợ giúp"}
"""What the groups are called on screen, in order."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button. `id` is an ASCII identifier and the name of its function in `addin.macros`; `icon` the image of one of Excel's own
    commands since 2007 (imageMso).

    `needs`: an entry form in front ("form"), a campaign folder that the macro asks for ("campaign"), or nothing.
    """

    id: str
    group: Group
    label: str
    tip: str
    icon: str
    needs: Needs

    @property
    def macro(self) -> str:
        """The name of the function in `addin.macros`."""
        return self.id


BUTTONS = (
    Button("ra_soat_loi", "unit", "Rà soát lỗi",
           "Kiểm tra toàn bộ biểu mẫu như khi nộp: liệt kê lỗi ở trang Rà soát lỗi, tô màu và ghi chú từng ô, rồi đến ô đầu tiên.",
           "ErrorChecking", "form"),
    Button("loi_tiep_theo", "unit", "Lỗi tiếp theo", "Đến ô có lỗi tiếp theo trong danh sách của lần rà soát gần nhất.",
           "ReviewNextComment", "form"),
    Button("xoa_danh_dau", "unit", "Xóa đánh dấu", "Xóa danh sách, màu và ghi chú của lần rà soát; không đụng đến số liệu.",
           "ReviewDeleteComment", "form"),
    Button("tien_do", "unit", "Tiến độ chấm điểm", "Mỗi lĩnh vực: bao nhiêu tiêu chí đã chấm, đã giải trình, đã có tài liệu kiểm chứng.",
           "ChartTypeBarInsertGallery", "form"),
    Button("them_tai_lieu", "unit", "Thêm tài liệu kiểm chứng",
           "Đến dòng tài liệu còn trống và điền sẵn tiêu chí đang chọn; kiểm tra các tệp đã ghi tên có nằm cạnh biểu mẫu không.",
           "HyperlinkInsert", "form"),
    Button("chot_diem", "unit", "Chốt điểm tự chấm",
           "Khi không còn lỗi: điền phần phê duyệt, khóa các ô nhập, ghi mã đối chiếu và lưu thành tệp để gửi.", "SheetProtect", "form"),
    Button("mo_lai", "unit", "Mở lại để sửa", "Bỏ chốt: mở lại các ô nhập và xóa mã đối chiếu để sửa tiếp.", "ReviewEditComment", "form"),
    Button("tao_bieu_mau", "office", "Tạo biểu mẫu", "Cấp biểu mẫu cho mọi đơn vị của đợt đánh giá.", "FileNew", "campaign"),
    Button("tiep_nhan", "office", "Tiếp nhận", "Nhận và kiểm tra mọi hồ sơ trong thư mục 02_tiep_nhan.", "FileOpen", "campaign"),
    Button("lap_bang_tham_dinh", "office", "Lập bảng thẩm định", "Lập các bảng thẩm định còn thiếu trong thư mục 05_tham_dinh.",
           "FormatAsTableGallery", "campaign"),
    Button("tong_hop_diem", "office", "Tổng hợp điểm", "Nhận điểm thẩm định đã nhập, ghép với điểm chấm tập trung; cho biết còn thiếu gì.",
           "AutoSum", "campaign"),
    Button("xep_hang", "office", "Xếp hạng", "Tính chỉ số, xếp hạng, xếp loại vào thư mục 06_ket_qua.", "SortDescendingExcel", "campaign"),
    Button("in_bieu_mau", "office", "In biểu mẫu", "Lập các bản in của đợt đánh giá trong thư mục 07_ban_in.", "FilePrint", "campaign"),
    Button("huong_dan", "help", "Hướng dẫn", "Mở trang hướng dẫn dùng các nút này (không cần mạng).", "Help", "nothing"),
)  # fmt: skip

BY_ID = {button.id: button for button in BUTTONS}
