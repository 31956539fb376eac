"""What the macros say, in one place: plain Vietnamese, what happened and what to do next. Findings have their own catalogue."""

from __future__ import annotations

TITLE = "Chấm điểm cải cách hành chính"

REFUSED = {
    "not-a-form": "Sổ tính «{name}» không phải biểu mẫu tự chấm điểm do cơ quan tổ chức cấp. Mở biểu mẫu của đơn vị rồi bấm lại nút này.",
    "not-readable": "Không đọc được nhận dạng của biểu mẫu «{name}»: trang ẩn của biểu mẫu đã bị sửa. Dùng lại tệp gốc được cấp.",
    "read-only": "«{name}» đang mở ở chế độ chỉ đọc. Lưu thành tệp khác, hoặc đóng nơi khác đang mở tệp này, rồi bấm lại nút.",
    "not-saved": "«{name}» chưa được lưu lần nào. Lưu tệp vào một thư mục rồi bấm lại nút này.",
    "no-workbook": "Chưa có sổ tính nào mở để làm việc. Nếu trên cửa sổ có dòng «Protected View», bấm «Enable Editing» (Cho phép chỉnh sửa) "
    "rồi bấm lại nút.",
    "busy": "Chương trình bảng tính đang bận: đang gõ dở trong một ô, hoặc một hộp thoại đang mở. Bấm Enter hoặc đóng hộp thoại rồi bấm "
    "lại nút. Tệp của bạn không bị thay đổi.",
    "password": "Không mở được khóa bảo vệ của trang «{sheet}»: mật khẩu bảo vệ đã bị đổi. Dùng lại tệp gốc được cấp, nhập lại số liệu.",
    "sheet-too-large": "Trang «{sheet}» có quá nhiều ô, không phải trang của biểu mẫu được cấp. Dùng lại tệp gốc được cấp.",
    "sheet-missing": "Biểu mẫu thiếu trang «{sheet}». Dùng lại tệp gốc được cấp.",
    "closed": "Biểu mẫu này đã chốt điểm (mã đối chiếu {digest}). Bấm «Mở lại để sửa» nếu cần sửa.",
    "not-closed": "Biểu mẫu này chưa chốt điểm, các ô nhập đang mở; cứ sửa như thường.",
    "no-campaign": "Thư mục «{folder}» không phải thư mục của một đợt đánh giá (không có {file}). Chọn lại đúng thư mục.",
    "no-help": "Không tìm thấy trang hướng dẫn kèm chương trình. Cài lại chương trình để có trang này.",
}
"""Why a macro does nothing; each by its code."""

FAULT = (
    "Nút «{label}» gặp lỗi, xin lỗi bạn. Sổ tính được giữ như trước khi bấm nút; số liệu không mất. Có thể kiểm tra biểu mẫu bằng lệnh "
    "«cchc check» hoặc trang Rà soát lỗi.{log}"
)
FAULT_LOG = "\n\nChi tiết ghi ở: {log}"

FOUND_TITLE = "DANH SÁCH CỦA NÚT RÀ SOÁT LỖI"
FOUND_HEADS = ("STT", "Mức", "Mã", "Vấn đề và cách sửa", "Vị trí", "Đến ô")
FOUND_SENTENCE = "{counts}. Rà soát lúc {when}; bấm lại nút sau khi sửa."
FOUND_MORE = "… và {count} điều khác: sửa các dòng trên rồi rà soát lại."
NOTE_START = "CCHC: "
"""How every note of ours begins; no other is ever changed or removed."""
NOTE_AND = "\n– "

CHECKED_CLEAN = "Không còn lỗi: có thể chốt điểm và gửi hồ sơ."
CHECKED_COUNTS = "{errors} lỗi phải sửa, {warnings} điều cần lưu ý"
CHECKED = "{counts}.\n\nĐã liệt kê ở trang Rà soát lỗi (bên phải), tô màu các ô. Bấm «Lỗi tiếp theo» để đi từng ô, sửa xong bấm lại «Rà soát lỗi»."
SCORES = "\n\nĐiểm tự chấm {points}/{possible} ({rate} %), chưa gồm điều tra xã hội học."
NO_MARKS = "Chưa có danh sách nào của nút Rà soát lỗi. Bấm «Rà soát lỗi» trước."
NO_PLACES = "Các điều còn lại trong danh sách không gắn với ô nào: xem trang Rà soát lỗi."
NEXT = "{turn}/{count} – {place}: {message}"
AROUND = "Đã đến cuối danh sách, quay lại điều đầu tiên. "
CLEARED = "Đã xóa danh sách, màu và ghi chú của lần rà soát. Số liệu giữ nguyên."

PROGRESS_HEAD = "Đã chấm {done}/{count} tiêu chí; {explained} có giải trình; {evidenced}/{wanted} có tài liệu kiểm chứng.\n"
PROGRESS_LINE = "{code}. {title}: chấm {done}/{count}, giải trình {explained}, tài liệu {evidenced}/{wanted}"

EVIDENCE_READY = "Dòng {row} đã chọn sẵn tiêu chí {code}. Gõ số, ký hiệu; ngày; cơ quan ban hành; trích yếu; tên tệp."
EVIDENCE_FULL = "Trang Tài liệu kiểm chứng đã hết dòng trống. Gộp các tài liệu của cùng một tiêu chí vào một dòng."
EVIDENCE_WHERE = "Chọn một ô trong dòng của tiêu chí ở trang Tự chấm điểm, rồi bấm lại nút này để thêm tài liệu cho tiêu chí đó."
FILES_MISSING = "\n\nKhông thấy cạnh biểu mẫu (thư mục {folder}):\n{files}\nChép các tệp này vào cùng thư mục, hoặc sửa lại tên."
FILES_FOUND = "\n\n{count} tệp đã ghi tên đều có cạnh biểu mẫu."

CLOSE_ERRORS = "Chưa chốt được: {counts}. Danh sách ở trang Rà soát lỗi."
CLOSE_ASK = (
    "Không còn lỗi. {scores}\n\nChốt điểm nghĩa là thủ trưởng đã phê duyệt kết quả này. Chương trình sẽ ghi «{approved}»{date}, khóa các ô nhập "
    "và lưu thành tệp để gửi:\n{file}\n\nTiếp tục?"
)
CLOSE_DATE = " và ngày hôm nay {date}"
CLOSE_REPLACE = "Tệp {file} đã có. Ghi đè?"
CLOSED = (
    "Đã chốt điểm. Mã đối chiếu: {digest}\n\nĐã lưu: {file}\n\nViệc tiếp theo:\n1. Ghi mã đối chiếu này vào Báo cáo tự đánh giá, trình ký.\n"
    "2. Gửi tệp trên cùng báo cáo đã ký và tài liệu kiểm chứng.\nCần sửa lại thì bấm «Mở lại để sửa»."
)
REOPENED = (
    "Đã mở lại các ô nhập, xóa mã đối chiếu và phần chương trình đã điền khi chốt. Sửa xong bấm «Chốt điểm tự chấm»: mã đối chiếu sẽ khác, "
    "báo cáo phải ghi mã mới."
)
SEND_SUFFIX = "_da_chot"

CHOOSE_CAMPAIGN = "Chọn thư mục của đợt đánh giá"
WORKING = "CCHC: {label} … {done}"
OFFICE_DONE = "{label}: xong. {what}"
OFFICE_FINDINGS = "\n\n{findings}"
OFFICE_MORE = "\n… và {count} điều khác."
DONE = {
    "tao_bieu_mau": "Cấp {written} biểu mẫu; {unchanged} biểu mẫu đã có, giữ nguyên.",
    "tiep_nhan": "{received} tệp mới: {accepted} chấp nhận, {returned} trả lại để sửa, {foreign} không nhận ra.",
    "lap_bang_tham_dinh": "Lập mới {written} bảng thẩm định.",
    "tong_hop_diem": "Nhận {taken} điểm thẩm định; còn {left} tiêu chí của {units} đơn vị chưa thẩm định.",
    "xep_hang": "Kết quả ở {file}.",
    "in_bieu_mau": "Có {papers} bản in, lập mới {written}.",
}
"""What each button of the office tells when it is done."""
