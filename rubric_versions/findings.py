"""What can be found wrong, as data: `Finding`, and the one catalogue of codes with their Vietnamese messages.

A finding carries no text; the text comes late, from the catalogue, by one grammar: where – what is wrong (value quoted) – what to do.
docs/findings.md is made from this catalogue and a test compares them. Finds nothing itself: the checks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """error: the thing does not pass; warning: it passes but somebody should look; note: for the record."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


SEVERITY_WORDS: Mapping[Severity, str] = {Severity.ERROR: "Lỗi", Severity.WARNING: "Cảnh báo", Severity.NOTE: "Ghi chú"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of finding: its usual severity, a title of at most 32 characters, what is wrong, what to do, and where it arises."""

    code: str
    severity: Severity
    title: str
    what: str
    todo: str
    stage: str


def _entries(stage: str, rows: Iterable[tuple[str, str, str, str, str]]) -> dict[str, Entry]:
    return {code: Entry(code, Severity(severity), title, what, todo, stage) for code, severity, title, what, todo in rows}


FILE_STAGE = "Tệp gửi đến"
IDENTITY_STAGE = "Nhận dạng biểu mẫu"
WHOLE_STAGE = "Biểu mẫu còn nguyên vẹn"
ENTRY_STAGE = "Nội dung tự chấm"
RETURN_STAGE = "Tiếp nhận"
RUBRIC_STAGE = "Bộ tiêu chí"
AUTHORING_STAGE = "Soạn, sửa đổi bộ tiêu chí"
CAMPAIGN_STAGE = "Sổ đợt đánh giá"
APPRAISAL_STAGE = "Bảng thẩm định"
RESULT_STAGE = "Tổng hợp, xếp hạng"
MERGE_STAGE = "Gói khởi tạo, sổ kết quả cấp huyện"
PRINT_STAGE = "In biểu mẫu"
RECORD_STAGE = "Hồ sơ lưu, kiểm chứng"
ADDIN_STAGE = "Các nút CCHC trong Excel"
MACHINE_STAGE = "Máy tính, ổ đĩa"
CENTRAL_STAGE = "Số liệu tập trung"
DOCUMENT_STAGE = "Tài liệu kiểm chứng, báo cáo ký"

_RESEND = "Mở lại biểu mẫu đã được cấp, điền và lưu dạng .xlsx rồi gửi lại."
_FRESH = "Dùng biểu mẫu mới gửi kèm (đã giữ nội dung đã nhập), không sửa tệp cũ."

# fmt: off
CATALOGUE: Mapping[str, Entry] = {
    **_entries(
        FILE_STAGE,
        [
            ("file-empty", "error", "Tệp rỗng", "Tệp không có nội dung (0 byte).", _RESEND),
            ("file-legacy", "error", "Không phải tệp .xlsx", "Tệp thuộc loại {kind}, không phải sổ làm việc .xlsx.", _RESEND),
            ("file-encrypted", "error", "Tệp đặt mật khẩu mở", "Tệp có mật khẩu mở nên không đọc được.", "Bỏ mật khẩu mở tệp (Tệp > Thông tin > Bảo vệ sổ làm việc) rồi gửi lại."),
            ("file-not-workbook", "error", "Không phải sổ làm việc", "Tệp không phải sổ làm việc Excel.", _RESEND),
            ("file-damaged", "error", "Tệp hỏng", "Tệp bị hỏng hoặc chép chưa xong (phần {part}).", "Chép lại từ máy gốc, mở thử bằng Excel rồi gửi lại."),
            ("file-too-large", "error", "Tệp quá lớn", "Tệp vượt mức cho phép: {what} quá {limit}.", "Gửi tài liệu kiểm chứng thành tệp riêng; không dán ảnh vào biểu mẫu. " + _RESEND),
            ("file-unsafe", "error", "Tệp không an toàn", "Cấu tạo tệp không an toàn (phần {part}: {why}).", _RESEND),
            ("file-active", "error", "Tệp có mã lệnh, liên kết", "Tệp mang nội dung không có trong biểu mẫu đã cấp: {what}.", _FRESH),
        ],
    ),
    **_entries(
        IDENTITY_STAGE,
        [
            ("identity-missing", "error", "Không phải biểu mẫu đã cấp", "Tệp không mang nhận dạng của biểu mẫu nào đã cấp.", "Dùng đúng tệp biểu mẫu cơ quan tổ chức đã gửi; không chép nội dung sang tệp khác."),
            ("identity-altered", "error", "Nhận dạng bị thay đổi", "Nhận dạng ẩn của biểu mẫu đã bị thay đổi ({what}).", _FRESH),
            ("identity-seal", "error", "Dấu niêm phong sai", "Dấu niêm phong không khớp với biểu mẫu đã cấp.", "Liên hệ cơ quan tổ chức đợt đánh giá để được cấp lại biểu mẫu."),
            ("identity-unproved", "note", "Chưa kiểm được niêm phong", "Máy này không giữ khóa của cơ quan tổ chức nên không kiểm được dấu niêm phong.", "Cơ quan tiếp nhận sẽ kiểm dấu niêm phong khi nhận."),
            ("form-other-campaign", "error", "Biểu mẫu của đợt khác", "Biểu mẫu thuộc đợt đánh giá «{seen}», không phải đợt «{expected}».", "Gửi về đúng cơ quan tổ chức, hoặc dùng biểu mẫu của đợt này."),
            ("form-other-version", "error", "Bộ tiêu chí khác", "Biểu mẫu lập theo bộ tiêu chí «{seen}» không phải bản đang áp dụng «{expected}».", "Xin cấp biểu mẫu mới; biểu mẫu cũ không dùng được."),
            ("form-other-round", "error", "Biểu mẫu của lần khác", "Biểu mẫu của lần {seen}; lần đang nhận là lần {expected}.", "Dùng biểu mẫu của lần đang nhận."),
            ("form-other-unit", "error", "Biểu mẫu của đơn vị khác", "Tệp gửi dưới tên «{claimed}» nhưng bên trong là biểu mẫu của «{unit}».", "Mỗi đơn vị chỉ dùng biểu mẫu mang tên mình. Nếu chỉ đặt nhầm tên tệp thì đổi lại tên rồi gửi lại."),
            ("form-unknown-unit", "error", "Đơn vị không có trong đợt", "Đơn vị «{unit}» không có trong danh sách của đợt đánh giá.", "Kiểm tra lại danh sách đơn vị trong sổ đợt đánh giá."),
            ("form-superseded", "error", "Biểu mẫu đã được thay thế", "Biểu mẫu số cấp {serial} đã được thay bằng số cấp {latest}.", "Chép nội dung sang biểu mẫu mới nhất đã gửi."),
            ("form-unknown-layout", "error", "Kiểu biểu mẫu lạ", "Phiên bản chương trình này không đọc được kiểu biểu mẫu «{seen}».", "Cập nhật chương trình, hoặc xin cấp lại biểu mẫu."),
        ],
    ),
    **_entries(
        WHOLE_STAGE,
        [
            ("sheet-missing", "error", "Thiếu trang tính", "Không còn trang «{name}» (bị xóa hoặc đổi tên).", "Đặt lại đúng tên trang; nếu đã xóa thì mở lại biểu mẫu đã được cấp, điền và gửi lại."),
            ("sheet-extra", "warning", "Thừa trang tính", "Có thêm trang «{name}» không thuộc biểu mẫu; trang này không được đọc.", "Xóa trang thừa; tài liệu gửi thành tệp riêng."),
            ("cell-changed", "error", "Ô khóa bị sửa", "Ô khóa bị sửa: đang là «{value}», khi cấp là «{issued}».", _FRESH),
            ("formula-changed", "error", "Công thức bị sửa", "Công thức bị sửa: đang là «{value}», khi cấp là «{issued}».", _FRESH),
            ("cell-added", "error", "Nhập ngoài ô cho phép", "Có nội dung «{value}» ở ô không dành để nhập.", "Chuyển nội dung vào ô nền màu; phần khác ghi vào cột Giải trình."),
            ("leaf-closed", "error", "Tiêu chí không mở lại bị sửa", "Tiêu chí không mở lại ở lần này: đang là «{value}», lần trước là «{issued}».", "Trả lại nội dung lần trước; chỉ sửa tiêu chí được mở lại."),
            ("rows-moved", "error", "Dòng, cột bị xê dịch", "{count} ô khóa không còn như khi cấp: dòng, cột đã bị chèn, xóa, sắp xếp lại hoặc bị dán đè.", "Mở lại biểu mẫu chưa bị xê dịch, điền vào ô nền màu và gửi lại; không chèn, xóa, sắp xếp dòng, cột."),
            ("hidden-changed", "error", "Phần ẩn bị sửa", "Trang ẩn của biểu mẫu bị sửa ({count} ô).", _FRESH),
            ("name-changed", "error", "Tên vùng bị sửa", "Tên vùng «{name}» bị xóa hoặc trỏ sang chỗ khác.", _FRESH),
            ("merged-input", "error", "Ô nhập bị trộn", "Các ô {value} bị trộn, che mất ô nhập.", "Bỏ trộn ô (Merge & Center) rồi kiểm tra lại nội dung."),
            ("protection-removed", "note", "Trang không còn khóa", "Trang «{name}» đã bị bỏ khóa; mọi ô đã được đối chiếu lại.", "Không phải làm gì thêm."),
        ],
    ),
    **_entries(
        ENTRY_STAGE,
        [
            ("leaf-unscored", "error", "Chưa chấm", "Tiêu chí chưa chấm.", "Nhập kết quả vào ô nền màu; không có việc thì ghi 0; nếu thuộc diện không đánh giá thì chọn x và giải trình."),
            ("leaf-incomplete", "error", "Chưa đủ số liệu", "Còn thiếu «{label}».", "Nhập đủ các ô nền màu của tiêu chí; không có thì ghi 0."),
            ("choice-unknown", "error", "Không có trong danh sách", "«{value}» không có trong danh sách chọn.", "Bấm vào ô, chọn một dòng trong danh sách thả xuống."),
            ("number-as-text", "error", "Số gõ thành chữ", "«{value}» là chữ, không phải số.", "Có lẽ là số {meant}: xóa ô, gõ lại số bằng bàn phím, không kèm chữ hay dấu cách."),
            ("not-a-number", "error", "Không phải số", "«{value}» không phải là số.", "Xóa ô, gõ lại một số."),
            ("number-negative", "error", "Số âm", "Số {value} nhỏ hơn 0.", "Nhập số từ 0 trở lên."),
            ("number-too-large", "error", "Số quá lớn", "Số {value} vượt mức lớn nhất là {limit}.", "Kiểm tra lại số liệu, đơn vị tính."),
            ("number-not-whole", "error", "Không phải số nguyên", "Số {value} phải là số nguyên.", "Nhập số nguyên, không có phần thập phân."),
            ("points-over-max", "error", "Vượt điểm tối đa", "Điểm {value} vượt điểm tối đa {limit}.", "Nhập điểm từ 0 đến {limit}."),
            ("points-off-step", "error", "Sai bậc điểm", "Điểm {value} không đúng bậc {step}.", "Nhập bội số của {step}."),
            ("numerator-over-denominator", "error", "Số đạt lớn hơn tổng số", "Số đạt {value} lớn hơn tổng số {denominator}.", "Kiểm tra lại hai số của tiêu chí."),
            ("survey-no-answers", "error", "Không có phiếu", "Tổng số phiếu bằng 0.", "Nhập số phiếu theo từng mức."),
            ("input-formula", "error", "Công thức ở ô nhập", "Ô nhập chứa công thức «{value}».", "Xóa công thức, gõ trực tiếp kết quả."),
            ("input-date", "error", "Ô số bị đổi thành ngày", "Ô số đang mang định dạng ngày (giá trị {value}).", "Có lẽ là số {meant}: xóa ô, chọn định dạng Số (Number) rồi gõ lại."),
            ("mark-unknown", "error", "Dấu không đánh giá sai", "Ô Không đánh giá chỉ nhận chữ x, đang là «{value}».", "Chọn x, hoặc xóa trống ô."),
            ("mark-with-value", "error", "Vừa chấm vừa không đánh giá", "Đã chọn Không đánh giá nhưng vẫn nhập kết quả «{value}».", "Xóa kết quả, hoặc xóa dấu x."),
            ("explanation-missing", "error", "Thiếu giải trình", "Chưa giải trình căn cứ chấm điểm.", "Ghi ngắn gọn căn cứ vào cột Giải trình."),
            ("skip-unexplained", "error", "Không đánh giá, thiếu lý do", "Tiêu chí không đánh giá nhưng chưa nêu lý do.", "Ghi lý do vào cột Giải trình, kèm văn bản chứng minh."),
            ("evidence-missing", "error", "Thiếu tài liệu kiểm chứng", "Chưa có tài liệu kiểm chứng.", "Thêm ít nhất một dòng ở trang Tài liệu kiểm chứng cho tiêu chí này."),
            ("evidence-no-criterion", "error", "Tài liệu chưa gắn tiêu chí", "Dòng tài liệu chưa chọn đúng tiêu chí (đang là «{value}»).", "Chọn tiêu chí trong danh sách thả xuống ở cột Tiêu chí."),
            ("evidence-blank", "error", "Tài liệu chưa có nội dung", "Dòng tài liệu mới có tiêu chí, chưa có số, trích yếu hay tệp.", "Ghi số, ký hiệu, trích yếu hoặc tên tệp, đường dẫn."),
            ("evidence-date", "warning", "Ngày văn bản chưa rõ", "Ngày «{value}» không phải là ngày hợp lệ.", "Gõ ngày theo dạng ngày/tháng/năm, ví dụ 05/02/2018."),
            ("evidence-full", "note", "Đã dùng hết dòng tài liệu", "Bảng tài liệu kiểm chứng đã kín {count} dòng.", "Gộp các tài liệu cùng loại vào một dòng, hoặc lập danh mục riêng và ghi tên tệp vào một dòng."),
            ("approval-missing", "error", "Thiếu thông tin phê duyệt", "Trang Phê duyệt còn trống «{label}».", "Điền đủ trang Phê duyệt trước khi gửi."),
            ("approval-unknown", "error", "Phê duyệt chưa đúng", "«{label}» đang là «{value}».", "Chọn «{wanted}» trong danh sách sau khi thủ trưởng đã duyệt."),
            ("approval-date", "error", "Ngày chưa hợp lệ", "«{label}»: «{value}» không phải là ngày hợp lệ.", "Gõ ngày theo dạng ngày/tháng/năm."),
            ("text-too-long", "warning", "Nội dung quá dài", "Nội dung dài {count} ký tự, quá {limit}.", "Rút gọn; phần chi tiết gửi thành tệp kèm theo."),
            ("text-strange", "warning", "Ký tự lạ", "Nội dung có ký tự điều khiển, ký tự ẩn hoặc phông chữ cũ (TCVN3, VNI).", "Gõ lại bằng bảng mã Unicode."),
        ],
    ),
    **_entries(
        RETURN_STAGE,
        [
            ("return-late", "warning", "Gửi quá hạn", "Nhận lúc {received}, sau hạn {closes}.", "Kết quả xử lý theo quy chế; nếu có lý do chính đáng thì cơ quan tổ chức quyết định mở lại."),
            ("return-early", "warning", "Gửi trước giờ mở", "Nhận lúc {received}, trước giờ mở {opens}.", "Không phải gửi lại."),
            ("return-same-file", "note", "Tệp đã nhận trước đó", "Tệp giống hệt tệp đã nhận lúc {received}.", "Không phải làm gì thêm."),
            ("return-same-answers", "note", "Nội dung đã nhận trước đó", "Nội dung giống hệt hồ sơ đã nhận lúc {received}.", "Không phải làm gì thêm."),
            ("return-replaces", "note", "Thay cho hồ sơ trước", "Hồ sơ này thay cho hồ sơ nhận lúc {received}.", "Kiểm tra lại nếu không định gửi thay."),
            ("return-withdrawn", "note", "Hồ sơ đã rút", "Hồ sơ nhận lúc {received} đã được rút theo quyết định của cơ quan tổ chức.", "Muốn tính lại thì cơ quan tổ chức ghi quyết định chấp nhận (lệnh decide)."),
            ("return-skipped", "note", "Tệp không xử lý", "Bỏ qua: {why}.", "Không phải làm gì thêm."),
            ("return-unfinished", "note", "Tệp đang chép dở", "Tệp đang được chép vào hoặc đang mở ở chương trình khác nên để lại.", "Chờ chép xong, đóng tệp rồi chạy lại lệnh receive."),
            ("return-zip-inside", "error", "Tệp nén trong tệp nén", "Tệp nén nằm trong tệp nén khác nên không mở.", "Giải nén, rồi gửi từng tệp hoặc nén một lần."),
            ("return-reader-failed", "error", "Không đọc được tệp", "Đọc tệp quá lâu hoặc chương trình đọc bị dừng.", _RESEND),
        ],
    ),
    **_entries(
        DOCUMENT_STAGE,
        [
            ("document-none", "note", "Không có tệp kèm theo", "Bảng tài liệu nêu {count} tệp nhưng không có tệp nào gửi kèm.", "Gửi các tệp tài liệu cùng biểu mẫu, trong một thư mục hoặc tệp .zip mở đầu bằng mã đơn vị."),
            ("document-missing", "note", "Thiếu tệp tài liệu", "Tệp «{value}» nêu ở dòng tài liệu không có trong các tệp gửi kèm.", "Gửi bổ sung tệp, hoặc ghi đúng tên tệp đã gửi."),
            ("document-ambiguous", "warning", "Tên tệp trùng nhau", "Tên «{value}» khớp với {count} tệp khác nhau: {files}.", "Ghi cả đuôi tệp, hoặc đổi tên cho khác nhau rồi gửi lại."),
            ("document-unnamed", "note", "Tệp không được nêu", "Tệp «{value}» gửi kèm nhưng không dòng tài liệu nào nêu tên.", "Nếu là tài liệu kiểm chứng thì ghi tên tệp vào dòng của tiêu chí."),
            ("document-no-unit", "warning", "Không rõ của đơn vị nào", "Tài liệu không nằm cùng biểu mẫu của riêng một đơn vị, tên không mở đầu bằng mã đơn vị; tệp vẫn được giữ.", "Đặt vào thư mục mang mã đơn vị, ví dụ 916_tai_lieu, rồi nhận lại."),
            ("document-too-large", "warning", "Tài liệu quá lớn", "Tài liệu vượt mức cho phép: {what} quá {limit}; tệp không được giữ.", "Nén nhỏ, tách tệp, hoặc gửi bản in."),
            ("report-missing", "note", "Thiếu báo cáo đã ký", "Chưa có báo cáo tự đánh giá đã ký (tệp PDF).", "Gửi bản PDF của báo cáo đã ký, có ghi mã đối chiếu {wanted}."),
            ("report-mismatch", "warning", "Báo cáo không khớp biểu mẫu", "Báo cáo «{value}» ghi mã đối chiếu {seen}, biểu mẫu này có mã {wanted}.", "Gửi báo cáo của đúng bản tự chấm này, hoặc gửi lại biểu mẫu của đúng báo cáo."),
            ("report-unreadable", "note", "Báo cáo là bản chụp", "Không đọc được chữ trong «{value}» (bản chụp); nhận theo tên tệp, chưa đối chiếu được mã.", "Đối chiếu bằng mắt: báo cáo phải ghi mã {wanted}."),
            ("report-no-code", "note", "Báo cáo không ghi mã đối chiếu", "Báo cáo «{value}» không ghi mã đối chiếu.", "Đối chiếu bằng mắt; lần sau ghi mã đối chiếu {wanted} vào báo cáo."),
        ],
    ),
    **_entries(
        RUBRIC_STAGE,
        [
            ("rubric-unreadable", "error", "Sai cấu trúc", "Bộ tiêu chí sai cấu trúc tại {where}: {why}.", "Sửa tệp dữ liệu của bộ tiêu chí."),
            ("rubric-duplicate-code", "error", "Trùng mã", "Mã {value} dùng cho hai tiêu chí.", "Đánh lại mã."),
            ("rubric-code-parent", "error", "Mã không theo mã cha", "Mã {value} không nối tiếp mã cha {parent}.", "Sửa mã; có lẽ là {meant}."),
            ("rubric-code-order", "warning", "Mã không liên tục", "Mã {value} đứng ở vị trí của {meant}.", "Kiểm tra lại thứ tự, mã gõ nhầm."),
            ("rubric-sum", "error", "Tổng điểm không khớp", "Tổng điểm các mục con là {sum}, khác điểm tối đa {value}.", "Sửa điểm của mục con hoặc của mục này."),
            ("rubric-total", "warning", "Tổng khác thang điểm", "Tổng các lĩnh vực là {sum}, phụ lục ghi {value}.", "Nếu có chủ ý thì giữ nguyên; nếu không thì sửa."),
            ("rubric-not-100", "warning", "Thang điểm khác 100", "Thang điểm là {value}, không phải 100.", "Nếu có chủ ý thì giữ nguyên."),
            ("rubric-negative", "error", "Số âm hoặc bằng 0", "«{label}» là {value}.", "Ghi số {allowed}."),
            ("rubric-best", "error", "Mức cao nhất không khớp", "Mức cao nhất được {best} điểm, khác điểm tối đa {value}.", "Sửa điểm của mức hoặc điểm tối đa."),
            ("rubric-level-order", "warning", "Mức điểm trùng hoặc lộn xộn", "Các mức điểm không giảm dần hoặc trùng điểm ({value}).", "Sắp xếp lại các mức."),
            ("rubric-level-text", "error", "Hai mức cùng lời", "Hai lựa chọn cùng lời «{value}».", "Viết lại cho khác nhau."),
            ("rubric-band-gap", "error", "Khoảng tỷ lệ bị hở", "Tỷ lệ {value} % không thuộc khoảng nào.", "Bổ sung hoặc nới khoảng."),
            ("rubric-band-overlap", "error", "Khoảng tỷ lệ chồng nhau", "Tỷ lệ {value} % thuộc hai khoảng.", "Sửa lại hai đầu của khoảng."),
            ("rubric-band-empty", "error", "Khoảng tỷ lệ rỗng", "Khoảng «{value}» không chứa tỷ lệ nào từ 0 đến 100 %.", "Sửa lại hai đầu của khoảng."),
            ("rubric-number-missing", "error", "Thiếu số trong lời văn", "Lời văn «{value}» còn bỏ trống số.", "Điền số còn thiếu."),
            ("rubric-level-coded", "warning", "Mức chấm đánh mã tiêu chí", "«{value}» có vẻ là mức chấm điểm chứ không phải tiêu chí.", "Đưa vào cách chấm của tiêu chí cha."),
            ("rubric-number-text", "error", "Số viết sai", "Số «{value}» viết sai (dấu phẩy, dấu cách hoặc không để trong nháy).", "Viết số thập phân với dấu chấm, trong nháy kép."),
            ("rubric-decimal-dot", "warning", "Số thập phân dùng dấu chấm", "Lời văn ghi «{value}».", "Viết với dấu phẩy: {meant}."),
            ("rubric-spaces", "warning", "Dấu cách thừa", "«{value}» có dấu cách thừa hoặc ký tự lạ.", "Xóa dấu cách, ký tự thừa."),
            ("rubric-too-long", "error", "Lời văn quá dài", "«{value}» dài {count} ký tự, quá {limit}.", "Rút gọn để dùng được trong danh sách chọn của Excel."),
            ("rubric-skip-reason", "error", "Thiếu lý do không đánh giá", "Cho phép không đánh giá khi không phát sinh nhưng chưa nêu lý do (may_skip).", "Bổ sung lý do."),
            ("rubric-survey-self", "error", "Cách chấm trái người chấm", "Người chấm là «{value}» nhưng cách chấm dựa vào {other}.", "Đổi người chấm (scored_by) hoặc cách chấm (method)."),
            ("rubric-no-evidence", "warning", "Chưa nêu tài liệu kiểm chứng", "Tiêu chí tự chấm chưa nêu tài liệu kiểm chứng.", "Bổ sung tài liệu cần có."),
            ("rubric-deduction-step", "warning", "Trừ quá lớn", "Mức {value} của một trường hợp lớn hơn điểm tối đa {maximum}.", "Kiểm tra lại mức trừ, mức cộng."),
            ("rubric-grades", "error", "Bảng xếp loại sai", "Các mức xếp loại phải giảm dần từ không quá 100 %, khác tên, mức cuối từ 0 %; đang là: {value}.", "Sửa bảng xếp loại."),
            ("rubric-windows", "error", "Thời gian mở sai lần", "Thời gian mở của lần {value} ghi hai lần, hoặc quá số lần tự chấm là {count}.", "Mỗi lần tự chấm một dòng thời gian; hoặc sửa số lần."),
            ("rubric-missing-grade", "error", "Xếp loại không có trong bảng", "Đơn vị không tự đánh giá được xếp loại «{value}», không có trong bảng xếp loại.", "Ghi đúng tên một mức của bảng xếp loại."),
        ],
    ),
    **_entries(
        AUTHORING_STAGE,
        [
            ("authoring-missing", "error", "Còn trống", "Còn trống «{label}».", "Điền vào ô này."),
            ("authoring-word", "error", "Không có trong danh sách", "«{value}» không có trong danh sách: {allowed}.", "Chọn một giá trị trong danh sách."),
            ("authoring-no-table", "error", "Không có phụ lục", "Sổ không có trang phụ lục nào.", "Mỗi phụ lục một trang, giữ nguyên dòng tiêu đề bảng."),
            ("authoring-sheet", "warning", "Trang không đọc", "Trang không có bảng tiêu chí nên không đọc.", "Nếu là phụ lục thì chép lại dòng tiêu đề bảng; nếu không thì bỏ qua."),
            ("authoring-depth", "error", "Sai bậc", "Mục {value} ghi bậc {depth}, không nối tiếp mục phía trên.", "Bậc của mục con lớn hơn mục cha đúng 1."),
            ("authoring-no-points", "error", "Thiếu điểm", "«{value}» chưa có điểm.", "Ghi điểm vào cột Điểm."),
            ("authoring-no-method", "error", "Chưa có cách chấm", "Mục {value} không có mục con và chưa chọn cách chấm.", "Chọn cách chấm, hoặc thêm mục con."),
            ("authoring-method-group", "error", "Thừa cách chấm", "Mục {value} có mục con nên không được chọn cách chấm.", "Xóa cách chấm, hoặc xóa mục con."),
            ("authoring-level-alone", "error", "Dòng không thuộc tiêu chí nào", "Dòng «{value}» không có mã và không thuộc cách chấm nào.", "Ghi mã, hoặc chọn cách chấm có mức cho tiêu chí phía trên."),
            ("authoring-yes-no", "error", "Đạt / không đạt chưa đúng", "Tiêu chí {value} cần đúng hai dòng: đạt (đủ điểm) và không đạt (0 điểm).", "Sửa hai dòng mức, hoặc đổi cách chấm thành Chọn mức."),
            ("authoring-band", "error", "Không hiểu khoảng tỷ lệ", "Không hiểu khoảng tỷ lệ «{value}».", "Viết như: từ 70 % đến dưới 100 %; từ 50 % trở lên; dưới 50 %."),
            ("authoring-file", "error", "Không đọc được tệp", "Không đọc được tệp: {why}.", "Mở tệp, lưu lại thành .xlsx (Excel) hoặc .docx (Word) rồi chạy lại."),
            ("authoring-exists", "error", "Tệp đã có", "Đã có tệp «{value}» với nội dung khác.", "Đặt tên khác, hoặc chuyển tệp cũ đi nơi khác."),
            ("own-no-table", "error", "Không thấy bảng tiêu chí", "Không thấy bảng có cột tiêu chí và cột điểm tối đa.", "Kiểm tra dòng tiêu đề của bảng; hoặc chép bảng vào sổ soạn (lệnh rubric new)."),
            ("own-rules", "warning", "Quy tắc chưa có trong bảng", "Bảng không nêu xếp loại, thời hạn, căn cứ: sổ soạn ghi tạm theo mẫu của chương trình.", "Sửa trang Thông tin và quy tắc."),
            ("own-column", "warning", "Cột không đọc", "Cột «{value}» không rõ là gì nên không đọc.", "Nếu là dữ liệu cần thì chép vào cột thích hợp của sổ soạn."),
            ("own-row", "warning", "Dòng không hiểu", "Dòng «{value}» không rõ là tiêu chí hay mức.", "Ghi lại dòng này trong sổ soạn."),
            ("own-code", "warning", "Mã được viết lại", "Mã «{value}» đọc là {meant}.", "Xem lại mã."),
            ("own-code-date", "warning", "Mã bị đổi thành ngày", "Ô mã mang định dạng ngày nên không đọc được mã.", "Ghi lại mã trong sổ soạn."),
            ("own-depth", "warning", "Thiếu mục cha", "Mục {value} không có mục cha phía trên.", "Thêm mục cha, hoặc sửa mã."),
            ("own-number", "warning", "Số gõ thành chữ", "Điểm «{value}» là chữ, đọc là {meant}.", "Xem lại điểm."),
            ("own-no-number", "warning", "Điểm không rõ", "Điểm «{value}» không rõ là số nào nên để trống.", "Ghi lại điểm trong sổ soạn."),
            ("own-no-points", "warning", "Thiếu điểm", "Mục {value} không có điểm.", "Ghi điểm trong sổ soạn."),
            ("own-formula", "note", "Điểm là công thức", "Điểm {value} là kết quả một công thức, đã lấy giá trị đang hiện.", "Xem lại điểm."),
            ("own-total", "warning", "Dòng tổng không khớp", "Dòng tổng ghi {value}, cộng các lĩnh vực được {sum}.", "Xem lại điểm các lĩnh vực và dòng tổng."),
            ("own-merged", "note", "Ô trộn", "Nội dung lấy từ ô trộn chung nhiều dòng.", "Xem nội dung có đúng cho riêng dòng này không."),
            ("own-remark", "note", "Lời ghi đưa vào hướng dẫn", "Dòng «{value}» không phải mức chấm, đã đưa vào hướng dẫn.", "Xem lại phần hướng dẫn."),
            ("own-levels-coded", "warning", "Mức chấm đánh mã tiêu chí", "Các dòng {value} có vẻ là mức chấm của tiêu chí này nên đọc là mức.", "Xem lại; nếu là tiêu chí thì ghi lại mã."),
            ("own-level", "warning", "Mức thiếu điểm", "Mức «{value}» không có điểm, tạm ghi 0.", "Ghi điểm của mức."),
            ("own-mixed-levels", "warning", "Mức có tỷ lệ, mức không", "Các mức «{value}» chỗ có tỷ lệ, chỗ không nên đọc là chọn mức.", "Viết lại khoảng tỷ lệ, hoặc giữ chọn mức."),
            ("own-two-ways", "warning", "Hai cách chấm", "Tiêu chí vừa có mức vừa có điểm theo trường hợp; đã lấy các mức.", "Chọn một cách chấm."),
            ("own-method", "warning", "Chưa rõ cách chấm", "«{value}» không nêu cách chấm; tạm để đơn vị nhập điểm.", "Chọn cách chấm."),
            ("own-rate", "warning", "Chưa rõ số liệu tỷ lệ", "Chấm theo tỷ lệ nhưng bảng không nêu số đạt, tổng số và khi không phát sinh.", "Ghi tên hai số liệu, chọn cách xử lý khi không phát sinh."),
            ("own-survey", "warning", "Có vẻ là điều tra", "«{value}» có vẻ lấy từ điều tra, khảo sát nên ghi Ai chấm là Điều tra.", "Xem lại ai chấm."),
            ("own-cut", "warning", "Lời văn bị cắt", "«{value}» dài {count} ký tự nên bị cắt bớt.", "Rút gọn lời văn."),
            ("own-who", "note", "Cơ quan thẩm định", "Bảng ghi cơ quan thẩm định là «{value}».", "Đặt mã cho cơ quan ở đầu trang rồi ghi mã vào cột Cơ quan thẩm định."),
            ("amend-target", "error", "Sửa đổi chỗ không có", "Sửa đổi nhắm tới «{value}» nhưng không có trong {what}.", "Ghi đúng mã, phụ lục, bộ tiêu chí được sửa đổi."),
            ("amend-parts", "error", "Số mức không khớp", "Sửa đổi ghi điểm {value} cho {count} mức, khoảng hoặc đơn vị điểm.", "Ghi đủ điểm của từng mức theo đúng thứ tự; tiêu chí không có mức thì đổi cả cách chấm (method)."),
            ("amend-basis", "error", "Sửa đổi thiếu căn cứ", "Sửa đổi «{value}» chưa ghi căn cứ pháp lý.", "Ghi văn bản, điều khoản làm căn cứ (basis)."),
        ],
    ),
    **_entries(
        CAMPAIGN_STAGE,
        [
            ("campaign-unreadable", "error", "Không đọc được sổ đợt", "Không đọc được sổ đợt đánh giá: {why}.", "Đóng tệp trong Excel, kiểm tra tệp dot_danh_gia.xlsx."),
            ("campaign-missing", "error", "Thiếu thông tin", "Còn trống «{label}».", "Điền vào ô này."),
            ("campaign-value", "error", "Giá trị không hợp lệ", "«{value}» không hợp lệ cho «{label}» ({allowed}).", "Sửa lại ô này."),
            ("campaign-duplicate", "error", "Trùng dòng", "«{value}» đã có ở ô {first}.", "Xóa hoặc sửa một trong hai dòng."),
            ("campaign-unknown", "error", "Không có trong danh sách", "«{value}» không có trong {where}.", "Sửa lại, hoặc bổ sung vào {where}."),
            ("campaign-frozen", "error", "Đã cấp biểu mẫu", "Không đổi được {label} sau khi đã cấp biểu mẫu (đang là «{value}», khi cấp là «{issued}»).", "Trả lại giá trị cũ; muốn đổi thì lập đợt mới."),
            ("campaign-version", "error", "Không có bộ tiêu chí", "Không có bộ tiêu chí «{value}».", "Xem danh sách bằng lệnh: cchc rubric list."),
            ("campaign-central-missing", "warning", "Chưa có điểm tập trung", "Chưa nhập «{label}» của {count} đơn vị.", "Nhập kết quả điều tra, nhận xét vào sổ đợt đánh giá."),
        ],
    ),
    **_entries(
        CENTRAL_STAGE,
        [
            ("central-foreign", "error", "Không phải sổ số liệu", "Tệp không phải sổ số liệu tập trung của đợt này.", "Dùng đúng tệp đã lập trong 05_tham_dinh/so_lieu_tap_trung."),
            ("central-conflict", "error", "Hai bản ghi khác nhau", "Ô này ghi «{value}», bản sao kia ghi «{other}».", "Thống nhất một số, sửa ở một trong hai tệp."),
            ("central-differs", "error", "Hai sổ ghi khác nhau", "Tiêu chí của «{unit}» có số liệu khác nhau ở sổ đợt đánh giá và ở sổ số liệu tập trung; chưa tính số nào.", "Giữ một nơi: xóa số ở nơi kia rồi chạy lại."),
            ("central-not-listed", "error", "Không có trong danh sách", "«{unit}»: tiêu chí được ghi KĐG nhưng không có trong danh sách không đánh giá của quy chế.", "Cho điểm tiêu chí, hoặc ghi vào trang Không đánh giá của sổ so_lieu_tap_trung_danh_sach.xlsx."),
            ("central-figure-differs", "warning", "Số liệu khác số tự khai", "«{unit}» khai {value}; số liệu tập trung là {other} ({source}).", "Xem lại điểm thẩm định của tiêu chí."),
        ],
    ),
    **_entries(
        APPRAISAL_STAGE,
        [
            ("appraisal-foreign", "error", "Không phải bảng thẩm định", "Tệp không phải bảng thẩm định của đợt này.", "Dùng đúng tệp đã lập trong 05_tham_dinh."),
            ("appraisal-locked-changed", "error", "Ô khóa bị sửa", "Ô khóa của bảng thẩm định bị sửa: đang là «{value}», khi lập là «{issued}».", "Lập lại bảng thẩm định bằng lệnh appraise, chép điểm và lý do sang."),
            ("appraisal-score", "error", "Điểm thẩm định sai", "«{value}» không phải là điểm từ 0 đến {limit}.", "Nhập số từ 0 đến {limit}{skip}."),
            ("appraisal-no-reason", "warning", "Thiếu lý do thay đổi điểm", "Điểm {value} khác {compared} ({other}) nhưng chưa ghi lý do.", "Ghi lý do vào cột Lý do, ý kiến."),
            ("appraisal-skip-no-reason", "warning", "Không đánh giá: thiếu lý do", "Đơn vị đề nghị không đánh giá, đã quyết định «{value}» nhưng chưa ghi lý do.", "Ghi lý do chấp nhận hoặc không chấp nhận vào cột Lý do, ý kiến."),
            ("appraisal-agree", "error", "Ô đồng ý ghi sai", "Ô Đồng ý mọi điểm còn lại chỉ nhận chữ x, đang là «{value}».", "Ghi x, hoặc xóa trống ô."),
            ("appraisal-hole", "warning", "Chưa thẩm định", "Đơn vị «{unit}» còn {count} tiêu chí chưa thẩm định (ô {cells}).", "Nhập đủ điểm; đồng ý thì nhập bằng điểm đã ghi bên cạnh."),
            ("appraisal-removed", "warning", "Điểm đã nhận nay không còn", "{count} điểm đã nhận trước đây không còn trong bảng (đầu tiên: tiêu chí nêu trên); các tiêu chí đó lại chưa thẩm định.", "Nếu xóa nhầm hoặc bỏ nhầm một bản của bảng thì đặt lại vào 05_tham_dinh."),
            ("appraisal-waiting", "note", "Chờ bước trước", "{count} đơn vị chưa có bảng «{stage}» vì bước trước chưa cho đủ điểm.", "Hoàn thành bước trước rồi chạy lại lệnh appraise."),
            ("appraisal-split", "note", "Bảng chia thành nhiều tệp", "Bảng thẩm định được chia thành {count} tệp, mỗi tệp không quá {limit} dòng; mỗi đơn vị nằm trọn trong một tệp.", "Nhập điểm ở mọi tệp."),
            ("appraisal-round-over", "warning", "Đã sang lần sau", "Bảng của lần {round} có điểm khác với điểm đã nhận; các đơn vị đã được cấp biểu mẫu lần sau nên điểm này không lấy nữa.", "Nhập điểm ở bảng của lần hiện tại."),
            ("appraisal-stale", "note", "Bảng đã được thay", "Bảng này lập trước khi có hồ sơ mới của «{unit}»; điểm của đơn vị đó không lấy ở đây.", "Chấm đơn vị đó ở bảng mới lập."),
            ("appraisal-conflict", "error", "Hai bảng chấm khác nhau", "Tiêu chí của «{unit}» được chấm {value} ở bảng này, {other} ở bảng «{book}»; điểm đã có trước đó được giữ.", "Thống nhất một điểm, xóa điểm ở bảng kia."),
        ],
    ),
    **_entries(
        RESULT_STAGE,
        [
            ("unit-missing", "warning", "Chưa có hồ sơ", "«{unit}» không có hồ sơ hợp lệ trong hạn: {treatment}.", "Đôn đốc, hoặc quyết định theo quy chế."),
            ("round-open", "error", "Chưa hết hạn tự chấm", "Lần tự chấm còn mở đến {closes}; {count} đơn vị chưa có hồ sơ hợp lệ nên chưa thể coi là không tự đánh giá.", "Chờ hết hạn rồi xếp hạng, hoặc sửa thời hạn trong sổ đợt đánh giá."),
            ("unit-unfinished", "error", "Chưa đủ điểm để xếp hạng", "«{unit}» chưa xếp hạng được: {why}.", "Hoàn thành phần còn thiếu rồi chạy lại."),
            ("deduction-unproved", "error", "Trừ điểm chưa có chứng minh", "«{unit}» bị trừ {percent} % tổng điểm mà dòng ấy chưa ghi văn bản chứng minh.", "Ghi văn bản chứng minh vào dòng của đơn vị ở trang trừ điểm, hoặc xóa dòng ấy."),
            ("against-not-ranked", "error", "Đợt trước chưa xếp hạng", "Đợt đánh giá đem so sánh chưa xếp hạng lần nào.", "Chạy lệnh rank ở thư mục của đợt đó trước."),
            ("round-unknown", "error", "Không có lần tự chấm này", "Sổ đợt đánh giá không có lần {round} ở trang Lần tự chấm.", "Ghi giờ mở, giờ đóng của lần {round} rồi chạy lại."),
            ("round-order", "error", "Chưa đến lần này", "Chưa cấp được biểu mẫu lần {round}: lần {before} chưa cấp.", "Cấp lần {before} trước."),
            ("round-past", "error", "Lần đã qua", "Đang ở lần {now}; không cấp lại biểu mẫu lần {round}.", "Muốn cho một đơn vị sửa thì mở lại ở lần {now} (lệnh decide)."),
            ("round-still-open", "error", "Lần trước chưa đóng", "Lần {before} còn mở đến {closes} nên chưa cấp được biểu mẫu lần {round}.", "Chờ hết hạn, hoặc sửa giờ đóng trong sổ đợt đánh giá."),
            ("round-not-appraised", "error", "Chưa thẩm định xong lần trước", "Còn {count} điểm của lần {before} chưa thẩm định ({units}); biểu mẫu lần {round} phải ghi điểm thẩm định.", "Hoàn thành các bảng trong 05_tham_dinh rồi chạy lại."),
            ("round-not-last", "error", "Còn lần tự chấm sau", "Mới đến lần {now} trong {rounds} lần tự chấm của đợt nên chưa xếp hạng.", "Cấp biểu mẫu lần sau, hoặc bỏ lần đó khỏi sổ đợt đánh giá."),
            ("issue-first", "error", "Chưa cấp biểu mẫu", "Chưa cấp biểu mẫu của đợt này.", "Chạy lệnh issue trước."),
            ("unit-not-found", "error", "Không có đơn vị", "Không có đơn vị «{value}» trong đợt đánh giá.", "Xem mã đơn vị trong sổ đợt đánh giá."),
            ("decision-refused", "error", "Không ghi được quyết định", "Không thực hiện được «{what}» với «{unit}»: {why}.", "Kiểm tra lại tình trạng bằng lệnh status."),
        ],
    ),
    **_entries(
        PRINT_STAGE,
        [
            ("guide-page", "error", "Không có trang hướng dẫn", "Không có trang hướng dẫn «{value}».", "Các trang có: {known}."),
            ("print-appendix", "error", "Không có phụ lục này", "Bộ tiêu chí không có phụ lục «{value}».", "Các phụ lục có: {known}; viết đúng như văn bản ghi."),
            ("print-no-return", "warning", "Chưa có hồ sơ để in", "{unit} chưa có hồ sơ tự chấm điểm được tính.", "Nhận hồ sơ trước (cchc receive), hoặc in biểu để trống (--blank)."),
            ("print-handed", "note", "Hồ sơ do cấp dưới giữ", "{unit} do cấp dưới thẩm định: ở đây chỉ in được phụ lục ghi điểm đã hợp nhất.", "Báo cáo, biên bản, tài liệu, phiếu in tại đợt của cấp dưới."),
            ("print-no-office", "warning", "Máy này chưa có LibreOffice", "Không tạo được PDF: không tìm thấy LibreOffice.", "Các sổ tính vẫn in được từ Excel; cần PDF thì cài LibreOffice rồi chạy lại."),
            ("print-pdf", "error", "Không tạo được PDF", "LibreOffice không đổi được {count} tệp sang PDF ({why}).", "Đóng LibreOffice đang mở rồi chạy lại; sổ tính đã lập vẫn dùng được."),
        ],
    ),
    **_entries(
        MERGE_STAGE,
        [
            ("package-nobody", "error", "Không có đơn vị cấp dưới", "«{unit}» không thẩm định khối nào trong đợt này nên không có gói khởi tạo.", "Ghi mã đơn vị có hội đồng thẩm định ở trang Khối của sổ đợt đánh giá."),
            ("package-issued", "error", "Đã cấp biểu mẫu tập trung", "{count} đơn vị do «{unit}» thẩm định (đầu tiên: «{first}») đã được cấp biểu mẫu của đợt này.", "Chấm tập trung các đơn vị đó ở đây; hoặc lập đợt mới, lập gói trước khi cấp biểu mẫu."),
            ("package-not-given", "error", "Chưa giao gói", "«{value}» chưa được giao gói khởi tạo nào nên không có gì để thu hồi.", "Ghi đúng mã đơn vị đã nhận gói."),
            ("package-inside", "error", "Gói nằm trong thư mục đợt", "Gói khởi tạo chứa khóa của cấp dưới, không được đặt trong thư mục đợt đánh giá.", "Chọn một thư mục khác cho --out."),
            ("package-unreadable", "error", "Không phải gói khởi tạo", "Tệp không phải gói khởi tạo do cấp trên lập.", "Dùng đúng tệp goi_khoi_tao (.zip) đã nhận, không giải nén, không sửa."),
            ("package-altered", "error", "Gói khởi tạo bị sửa", "Nội dung gói khởi tạo không còn như khi lập.", "Xin cấp trên gửi lại gói."),
            ("result-no-parent", "error", "Không có nơi gửi sổ kết quả", "Đợt này không lập từ gói khởi tạo của cấp trên nên không có sổ kết quả để gửi.", "Lập đợt bằng gói: cchc new THƯ_MỤC --from GÓI; hoặc dùng lệnh rank."),
            ("merge-nobody", "error", "Chưa lập gói khởi tạo", "Chưa cấp dưới nào được giao gói khởi tạo của đợt này.", "Chạy lệnh district trước khi cấp dưới chấm điểm."),
            ("merge-foreign", "error", "Không phải sổ kết quả", "Tệp không phải sổ kết quả do cấp dưới lập.", "Dùng đúng tệp so_ket_qua (.xlsx) do lệnh result lập."),
            ("merge-other-campaign", "error", "Sổ kết quả của đợt khác", "Sổ thuộc đợt «{seen}», không phải đợt «{expected}».", "Kiểm tra lại thư mục đợt, hoặc xin cấp dưới gửi đúng sổ."),
            ("merge-unknown-district", "error", "Nơi gửi chưa được giao", "«{unit}» chưa được giao gói khởi tạo của đợt này.", "Kiểm tra lại nơi gửi; nếu đúng thì lập gói cho nơi đó."),
            ("merge-seal", "error", "Dấu niêm phong sai", "Dấu niêm phong không phải của cấp dưới được giao gói.", "Xin cấp dưới lập lại sổ bằng lệnh result, gửi nguyên tệp."),
            ("merge-version", "error", "Bộ tiêu chí khác", "Sổ lập theo bộ tiêu chí «{seen}», không phải «{expected}».", "Xin cấp dưới chấm theo đúng bộ tiêu chí trong gói khởi tạo."),
            ("merge-content", "error", "Nội dung niêm phong bị sửa", "Phần nội dung đã niêm phong của sổ bị sửa, mất hoặc không đọc được.", "Xin cấp dưới lập lại sổ bằng lệnh result, gửi nguyên tệp."),
            ("merge-locked-changed", "error", "Ô của sổ bị sửa", "Ô bị sửa: đang là «{value}», khi niêm phong là «{issued}».", "Xin cấp dưới gửi lại nguyên tệp do lệnh result lập."),
            ("merge-forged", "error", "Kết quả của công thức bị sửa", "Ô hiện «{value}» trong khi công thức cho «{issued}».", "Xin cấp dưới gửi lại nguyên tệp do lệnh result lập."),
            ("merge-other-release", "error", "Do phiên bản khác lập", "Sổ do phiên bản {program} của chương trình lập; phiên bản {now} không đối chiếu được từng ô.", "Dùng cùng một phiên bản ở hai nơi, rồi lập lại hoặc nhận lại sổ."),
            ("merge-score", "error", "Điểm ngoài giới hạn", "«{unit}» có điểm {value}, ngoài khoảng từ 0 đến {limit}.", "Xin cấp dưới kiểm tra lại điểm, lập lại sổ."),
            ("merge-figures", "error", "Điểm khác số liệu", "Điểm {value} của «{unit}» không phải là điểm tính từ số liệu tập trung ghi trong sổ.", "Xin cấp dưới lập lại sổ bằng lệnh result."),
            ("merge-known", "note", "Sổ đã nhận", "Sổ số {serial} này đã nhận từ trước.", "Không phải làm gì thêm."),
            ("merge-older", "note", "Sổ cũ hơn", "Sổ số {serial} cũ hơn sổ số {latest} đã nhận; sổ số {latest} vẫn được tính.", "Không phải làm gì thêm."),
            ("merge-replaced", "note", "Sổ mới thay sổ cũ", "Sổ số {serial} thay cho sổ số {before} đã nhận.", "Chạy lại lệnh rank."),
            ("merge-two-of-one", "error", "Hai sổ cùng số", "«{unit}» gửi hai sổ khác nhau cùng mang số {serial} nên chưa sổ nào được tính.", "Xin cấp dưới lập sổ số mới rồi gửi lại."),
            ("merge-awaited", "error", "Chưa có sổ kết quả", "Chưa có sổ kết quả hợp lệ của «{unit}»; {count} đơn vị chưa có kết quả.", "Đôn đốc cấp dưới gửi sổ, rồi chạy lệnh merge."),
            ("merge-unit-missing", "error", "Sổ thiếu đơn vị", "Sổ không có «{unit}» thuộc phần của nơi gửi.", "Xin cấp dưới bổ sung đơn vị vào sổ đợt của mình, chấm, lập lại sổ."),
            ("merge-unit-foreign", "warning", "Đơn vị không có trong đợt", "Sổ có «{unit}» không có trong danh sách đơn vị của đợt; đơn vị này không được tính.", "Bổ sung vào trang Đơn vị nếu sót; nếu thừa thì xin lập lại sổ."),
            ("merge-unit-moved", "error", "Đơn vị đã chuyển nơi", "«{unit}» nay do «{now}» thẩm định nhưng chỉ có trong sổ của nơi cũ nên chưa có kết quả.", "Nơi mới chấm và gửi sổ; hoặc sửa lại trang Khối, trang Đơn vị."),
            ("merge-unit-twice", "warning", "Đơn vị có ở hai sổ", "«{unit}» có ở hai sổ; kết quả lấy ở sổ của «{now}».", "Xin nơi kia bỏ đơn vị này, lập lại sổ để thứ hạng trong khối đúng."),
            ("merge-unit-tier", "error", "Sai nhóm đối tượng", "«{unit}» được chấm theo nhóm đối tượng khác với sổ đợt đánh giá.", "Sửa nhóm đối tượng ở nơi sai rồi lập lại sổ."),
            ("merge-central-differs", "error", "Hai điểm tập trung khác nhau", "«{unit}»: cấp dưới ghi {value}, sổ đợt đánh giá cho {other}; tiêu chí chưa được tính.", "Thống nhất số liệu, xóa ở một nơi."),
            ("merge-points-both", "warning", "Cộng, trừ điểm ở hai nơi", "«{unit}»: cấp dưới {what} {value}, danh mục ở đây {other}; đang tính cả hai.", "Trường hợp nào ghi ở cả hai nơi thì xóa ở một nơi."),
        ],
    ),
    **_entries(
        RECORD_STAGE,
        [
            ("record-chain", "error", "Sổ theo dõi bị sửa", "Sổ theo dõi đứt mạch tại sự kiện {seq} ({what}).", "Khôi phục từ bản sao lưu; không sửa tay tệp so_theo_doi.sqlite."),
            ("record-original", "error", "Bản gốc mất hoặc bị sửa", "Bản gốc {hash} bị mất hoặc không còn nguyên vẹn.", "Khôi phục thư mục 03_ban_goc từ bản sao lưu."),
            ("record-book", "error", "Kết quả không khớp hồ sơ", "Tệp khác với bản lập lại từ hồ sơ lưu (phần {part}).", "Chạy lại lệnh đã lập ra tệp này, hoặc xem ai đã sửa tệp."),
            ("record-other-release", "warning", "Do phiên bản khác lập", "Tệp do phiên bản {program} lập; phiên bản {now} lập lại thì khác về hình thức nên không đối chiếu được từng phần.", "Kiểm chứng bằng đúng phiên bản đã lập, hoặc lập lại kết quả."),
            ("record-merge", "error", "Sổ kết quả đã nhận sai khác", "Bản gốc của sổ kết quả số {serial} không phải là sổ đã ghi trong sổ theo dõi.", "Khôi phục thư mục đợt từ bản sao lưu."),
            ("record-book-missing", "error", "Mất tệp kết quả", "Tệp đã lập không còn trong thư mục.", "Chạy lại lệnh đã lập ra tệp này."),
            ("backup-unreadable", "error", "Không đọc được bản sao lưu", "Không đọc được bản sao lưu: {why}.", "Dùng bản sao lưu khác, hoặc chép lại tệp .zip từ nơi lưu."),
            ("backup-altered", "error", "Bản sao lưu bị sửa", "Tệp trong bản sao lưu không còn như khi sao lưu.", "Không nhập bản này; dùng bản sao lưu khác."),
            ("backup-inside", "error", "Sao lưu vào chính thư mục đợt", "Tệp sao lưu nằm trong thư mục được sao lưu.", "Chọn nơi khác, tốt nhất là ổ đĩa khác."),
            ("backup-key-left-out", "note", "Không sao lưu khóa", "Tệp khóa nằm trong thư mục đợt nên để lại, không đưa vào bản sao lưu.", "Chuyển tệp khóa ra ngoài thư mục đợt, cất riêng."),
            ("clock-behind", "error", "Đồng hồ máy bị lùi", "Đồng hồ máy ({now}) lùi trước sự kiện gần nhất trong sổ theo dõi ({last}).", "Chỉnh lại ngày giờ của máy rồi chạy lại."),
        ],
    ),
    **_entries(
        ADDIN_STAGE,
        [
            ("addin-no-excel", "error", "Không có Excel", "Hệ điều hành này không có Excel.", "Không có các nút vẫn kiểm tra được: trang Rà soát lỗi của biểu mẫu, hoặc cchc check TỆP."),
            ("addin-python", "error", "Python chưa có cchc", "Python này không chạy được chương trình của các nút ({why}).", "Cài cchc vào chính Python ấy bằng pip rồi chạy lại: cchc addin install."),
            ("addin-store-python", "error", "Python của Microsoft Store", "Python này cài từ Microsoft Store: Windows để riêng những tệp nó ghi nên Excel không thấy.", "Cài Python từ python.org, cài cchc vào đó rồi chạy lại: cchc addin install."),
            ("addin-no-libreoffice", "error", "Không có LibreOffice", "Không tìm thấy LibreOffice trên máy này.", "Cài LibreOffice rồi chạy lại: cchc addin install --libreoffice; không có các nút vẫn kiểm tra được bằng: cchc check TỆP."),
            ("addin-libreoffice-python", "error", "LibreOffice dùng Python khác", "LibreOffice này dùng Python {theirs}, chương trình cài với Python {ours}.", "Cài chương trình bằng Python {theirs} rồi chạy lại; không có các nút vẫn dùng được trang Rà soát lỗi và cchc check TỆP."),
            ("addin-libreoffice-refused", "error", "LibreOffice chưa nhận các nút", "LibreOffice không nhận phần mở rộng ({why}).", "Đóng hẳn LibreOffice (cả biểu tượng ở góc màn hình) rồi chạy lại: cchc addin install --libreoffice."),
            ("addin-libreoffice-missing", "warning", "Chưa cài vào LibreOffice", "Các nút CCHC chưa có trong LibreOffice, hoặc của bản khác.", "Đóng LibreOffice rồi chạy: cchc addin install --libreoffice."),
            ("addin-missing", "warning", "Chưa cài các nút", "Chưa có tệp này của các nút CCHC.", "Chạy: cchc addin install, rồi mở lại Excel."),
            ("addin-different", "warning", "Khác bản đang có", "Tệp trên máy khác tệp của chương trình này (phiên bản khác, Python khác, hoặc cơ quan đã ký số).", "Nếu không phải bản do cơ quan ký số, chạy: cchc addin install."),
            ("addin-vba-off", "warning", "Máy tắt macro của Office", "Quy định của máy tắt macro (VBA) trong Office nên các nút không hiện hoặc không chạy.", "Báo bộ phận công nghệ thông tin; vẫn dùng được trang Rà soát lỗi và cchc check TỆP."),
            ("addin-addins-off", "warning", "Máy tắt phần bổ trợ Excel", "Quy định của máy tắt mọi phần bổ trợ của Excel.", "Báo bộ phận công nghệ thông tin; vẫn dùng được trang Rà soát lỗi và cchc check TỆP."),
            ("addin-unsigned", "warning", "Máy đòi chữ ký số", "Quy định của máy chỉ cho chạy phần bổ trợ có chữ ký số của nơi được tin cậy.", "Nhờ cơ quan ký số tệp cchc.xlam; vẫn dùng được trang Rà soát lỗi và cchc check TỆP."),
            ("addin-untrusted", "warning", "Máy tắt vị trí tin cậy", "Quy định của máy tắt vị trí tin cậy nên Excel có thể chặn các nút.", "Nhờ cơ quan ký số tệp cchc.xlam hoặc cho phép thư mục XLSTART; vẫn dùng được trang Rà soát lỗi và cchc check TỆP."),
            ("addin-no-children", "warning", "Máy cấm Excel mở chương trình", "Microsoft Defender trên máy cấm chương trình Office khởi động chương trình khác nên các nút hiện ra mà không chạy.", "Nhờ bộ phận công nghệ thông tin cho ngoại lệ; vẫn dùng được trang Rà soát lỗi và cchc check TỆP."),
        ],
    ),
    **_entries(
        MACHINE_STAGE,
        [
            ("file-busy", "error", "Tệp đang mở", "Tệp đang mở ở chương trình khác nên không ghi được.", "Đóng tệp trong Excel rồi chạy lại."),
            ("no-permission", "error", "Không có quyền", "Không có quyền đọc hoặc ghi tệp, thư mục này.", "Kiểm tra quyền của thư mục hoặc chọn thư mục khác."),
            ("disk-full", "error", "Ổ đĩa đầy", "Ổ đĩa đã đầy nên không ghi được.", "Giải phóng chỗ trống rồi chạy lại; dữ liệu đã có vẫn nguyên."),
            ("cannot-write", "error", "Không ghi được", "Không ghi được: {why}.", "Kiểm tra ổ đĩa, thư mục rồi chạy lại."),
            ("reader-not-started", "error", "Không chạy được phần đọc tệp", "Máy không cho chạy chương trình phụ để đọc tệp: {why}.", "Kiểm tra phần mềm diệt vi-rút, bộ nhớ của máy rồi chạy lại; chưa tệp nào bị đánh giá."),
            ("cluster-not-installed", "error", "Chưa cài phần chạy trên cụm máy", "Máy này chưa cài phần mở rộng để dùng cụm máy tính.", "Cài thêm gói mở rộng: pip install \"cchc-workbooks[cluster]\"; hoặc chạy lại, bỏ --scheduler."),
            ("cluster-unreachable", "error", "Không kết nối được cụm máy", "Không kết nối được, hoặc mất kết nối với cụm máy tính này.", "Kiểm tra địa chỉ, mạng và cụm máy rồi chạy lại; hoặc bỏ --scheduler để chạy trên máy này. Hồ sơ đã nhận vẫn nguyên."),
            ("cluster-other-release", "error", "Cụm máy dùng bản khác", "Cụm máy tính dùng bản chương trình {why}, khác máy này.", "Cài cùng một bản trên mọi máy của cụm rồi chạy lại, hoặc bỏ --scheduler."),
            ("ledger-busy", "error", "Sổ theo dõi đang bận", "Một chương trình khác đang dùng sổ theo dõi.", "Chờ chương trình kia chạy xong rồi chạy lại."),
            ("ledger-damaged", "error", "Sổ theo dõi hỏng", "Không đọc được sổ theo dõi so_theo_doi.sqlite.", "Khôi phục từ bản sao lưu."),
            ("key-damaged", "error", "Tệp khóa hỏng", "Tệp khóa niêm phong bị hỏng.", "Chép lại tệp khóa từ bản sao lưu; nếu không còn, xem tài liệu «Mất khóa»."),
            ("ledger-too-new", "error", "Sổ theo dõi bản mới hơn", "Sổ theo dõi do phiên bản chương trình mới hơn ghi.", "Cập nhật chương trình trên máy này."),
            ("key-missing", "error", "Không thấy khóa niêm phong", "Không thấy khóa niêm phong {key} của cơ quan trên máy này.", "Chép tệp khóa vào {folder}; nếu đã mất khóa, xem tài liệu «Mất khóa»."),
            ("folder-not-campaign", "error", "Không phải thư mục đợt", "Thư mục không có sổ đợt đánh giá dot_danh_gia.xlsx.", "Chọn đúng thư mục của đợt, hoặc tạo mới bằng lệnh: cchc new."),
            ("folder-not-empty", "error", "Thư mục đã có dữ liệu", "Thư mục đã có nội dung khác.", "Chọn một thư mục mới hoặc rỗng."),
        ],
    ),
}
# fmt: on


_TECHNICAL: Mapping[str, str] = {
    "": "cấu trúc tệp nén",
    "macros": "mã lệnh (macro)", "activex": "điều khiển ActiveX", "ole-objects": "đối tượng nhúng (OLE)", "dde": "liên kết DDE",
    "external-links": "liên kết đến tệp khác", "connections": "kết nối dữ liệu", "web-queries": "truy vấn web",
    "custom-ui": "thanh lệnh riêng", "web-extensions": "tiện ích web",
    "file_bytes": "dung lượng tệp", "part_bytes": "dung lượng một phần", "total_bytes": "dung lượng khi giải nén", "ratio": "tỷ lệ nén",
    "parts": "số phần", "cells": "số ô có nội dung", "blank_cells": "số ô trống có định dạng", "rows": "số dòng", "xml": "dung lượng phần chữ",
    "work": "thời gian đọc (giây)", "strings": "số chuỗi chữ",
    "text": "số ký tự của một ô", "all_text": "tổng số ký tự", "expanded": "tổng độ dài công thức", "tags": "số thẻ XML",
    "depth": "số tầng XML",
    "duplicate": "hai phần cùng tên", "overlapping": "hai phần chồng nhau", "outside": "tên phần dẫn ra ngoài", "symlink": "liên kết",
    "encrypted": "bị mã hóa", "dtd": "có khai báo DTD",
}  # fmt: skip
"""What the reader of files calls things, in an officer's words."""


def _in_words(params: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Parameters of a finding about a file: the reader's own words put into Vietnamese, bytes into MiB."""
    said = {name: ", ".join(_TECHNICAL.get(one, one) for one in text.split(", ")) for name, text in params}
    if dict(params).get("what", "").endswith("_bytes") and said["limit"].isdecimal():
        said["limit"] = f"{int(said['limit']) >> 20} MiB"
    return said


class _Blank(dict[str, str]):
    """Parameters of a message: one that is not given shows as an ellipsis rather than failing before an officer's eyes."""

    def __missing__(self, key: str) -> str:
        return "…"


def shown(text: object, limit: int = 80) -> str:
    """`text` fit to be quoted in a message: one line, no control or direction characters, at most `limit` characters."""
    line = "".join(ch if ch.isprintable() else " " for ch in str(text))
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, with its place. `cell` is one A1 address; `criterion` a code of the appendix; `value` what was seen, as text."""

    code: str
    severity: Severity
    file: str = ""
    sheet: str = ""
    cell: str = ""
    criterion: str = ""
    value: str = ""
    params: tuple[tuple[str, str], ...] = ()

    @property
    def entry(self) -> Entry:
        """Its entry in the catalogue."""
        return CATALOGUE[self.code]

    @property
    def message(self) -> str:
        """What is wrong and what to do, in Vietnamese, without the place."""
        params = _in_words(self.params) if self.entry.stage == FILE_STAGE else dict(self.params)
        words = _Blank({"value": shown(self.value), **{name: shown(value, 160) for name, value in params.items()}})
        return f"{self.entry.what.format_map(words)} {self.entry.todo.format_map(words)}"

    @property
    def place(self) -> str:
        """Where, in words: sheet, cell, criterion; empty for a finding about the whole file."""
        parts = [f"trang «{self.sheet}»" if self.sheet else "", f"ô {self.cell}" if self.cell else ""]
        if self.criterion:
            parts.append(f"tiêu chí {self.criterion}")
        return ", ".join(part for part in parts if part)

    def at(self, **place: str) -> Finding:
        """The same finding with its place filled in (`file`, `sheet`, `cell`, `criterion`)."""
        return replace(self, **place)  # type: ignore[arg-type]  # only str fields are passed

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints: code, severity, file, sheet, cell, criterion, message."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.file,
            "sheet": self.sheet,
            "cell": self.cell,
            "criterion": self.criterion,
            "message": self.message,
        }


def finding(
    code: str,
    *,
    severity: Severity | str | None = None,
    file: str = "",
    sheet: str = "",
    cell: str = "",
    criterion: str = "",
    value: object = "",
    **params: object,
) -> Finding:
    """A finding of the catalogue's usual severity, or of the one the version sets. Raises KeyError for a code not in the catalogue."""
    entry = CATALOGUE[code]
    words = tuple(sorted((name, str(text)) for name, text in params.items()))
    return Finding(code, Severity(severity) if severity else entry.severity, file, sheet, cell, criterion, str(value), words)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Those that block."""
    return [one for one in findings if one.severity is Severity.ERROR]
