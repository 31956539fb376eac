"""The words officers read on sheets and in the terminal, in one place (messages of findings stand in `findings`)."""

from __future__ import annotations

# sheets of the entry form
GUIDE, SCORING, EVIDENCE, SUMMARY, CHECK, APPROVAL, META = (
    "Hướng dẫn",
    "Tự chấm điểm",
    "Tài liệu kiểm chứng",
    "Tổng hợp",
    "Rà soát lỗi",
    "Phê duyệt",
    "_meta",
)

IDENTITY = {
    "kind": "loại biểu mẫu",
    "campaign": "đợt đánh giá",
    "campaign_title": "tên đợt đánh giá",
    "organiser": "cơ quan tổ chức",
    "unit": "mã đơn vị",
    "unit_name": "tên đơn vị",
    "tier": "nhóm đối tượng",
    "version": "bộ tiêu chí",
    "version_digest": "nội dung bộ tiêu chí",
    "layout": "kiểu biểu mẫu",
    "round": "lần",
    "serial": "số cấp",
    "key": "khóa niêm phong",
    "seal": "dấu niêm phong",
    "form_id": "mã biểu mẫu",
}
"""What the fields of a form's identity are called."""

SCORING_HEADS = (
    "STT",
    "Lĩnh vực / Tiêu chí / Tiêu chí thành phần",
    "Điểm tối đa",
    "Kết quả thực hiện",
    "Điểm tự chấm",
    "Không đánh giá",
    "Giải trình",
    "Tài liệu",
    "Tình trạng",
)
EVIDENCE_HEADS = (
    "STT",
    "Tiêu chí",
    "Số, ký hiệu",
    "Ngày ban hành",
    "Cơ quan ban hành",
    "Trích yếu nội dung",
    "Mục, trang",
    "Tệp hoặc đường dẫn",
    "Tình trạng",
)
EARLIER_HEADS = ("Điểm tự chấm lần {round}", "Điểm thẩm định lần {round}", "Ý kiến thẩm định lần {round}", "Cần xem lại")
EARLIER_CLOSED = "Không mở lại"
EARLIER_WHY = {
    "nothing": "Chưa tự chấm",
    "differs": "Điểm khác nhau",
    "claim": "Không đánh giá",
    "undecided": "Chưa thẩm định",
    "evidence": "Thiếu tài liệu",
}
EARLIER_STEPS = (
    (
        "8",
        "Biểu mẫu lần này đã có sẵn nội dung lần trước. Bên phải cột Tình trạng là điểm tự chấm, điểm thẩm định, ý kiến lần trước và điều "
        "cần xem lại: sửa kết quả, bổ sung giải trình, tài liệu cho tiêu chí đó; tiêu chí không sửa thì giữ điểm đã thẩm định.",
    ),
    ("9", "Tiêu chí ghi «Không mở lại» đã khóa: giữ kết quả và điểm lần trước."),
)
SUMMARY_HEADS = ("STT", "Lĩnh vực", "Số tiêu chí đã chấm", "Điểm tối đa", "Không đánh giá", "Điểm tự chấm", "Tỷ lệ (%)")
CHECK_HEADS = ("STT", "Mức", "Mã", "Tiêu chí", "Vấn đề và cách sửa", "Đến ô")

TITLE = "BẢNG TỰ ĐÁNH GIÁ, CHẤM ĐIỂM CẢI CÁCH HÀNH CHÍNH NĂM {year}"
BASIS = "(Kèm theo Báo cáo số ….…/BC-….… ngày … tháng … năm ….… của {unit})"
CRITERIA_BASIS = "Tiêu chí theo {basis}"
ILLUSTRATIVE = "Nội dung, điểm và mức của tiêu chí mang tính minh họa, không phải bản do cơ quan có thẩm quyền ban hành."
APPENDIX = "Phụ lục {number}"
UNIT_ROUND = "{unit} – {campaign}{round}"
ROUND = " – lần {round}"

BY_SURVEY = "Điều tra xã hội học"
BY_LEADERS = "Lãnh đạo nhận xét"
BY_COUNCIL = "Hội đồng chấm"
SCORED_BY = {"survey": BY_SURVEY, "leaders": BY_LEADERS, "council": BY_COUNCIL}
SELF_SCORED = "Đơn vị tự chấm"
NOT_SELF = "– Không tự chấm"

STATUS = (
    "✓ Đủ",
    "○ Chưa chấm",
    "✗ Chưa đủ số liệu",
    "✗ Số liệu sai",
    "✗ Ô đánh dấu sai",
    "✗ Vừa chấm, vừa x",
    "{sign} Thiếu giải trình",
    "{sign} Thiếu tài liệu",
    "{sign} Thiếu giải trình, tài liệu",
    "✗ Thiếu lý do",
)
STATUS_SKIPPED = "– Không đánh giá"
PROBLEMS = (
    "",
    "Chưa chấm: nhập kết quả vào ô nền màu (không có việc thì ghi 0), hoặc chọn x ở cột Không đánh giá nếu được phép và giải trình.",
    "Chưa đủ số liệu: nhập đủ các ô nền màu của tiêu chí này; không có thì ghi 0.",
    "Số liệu sai: chọn đúng trong danh sách, hoặc gõ lại bằng số; số không âm, số đạt không lớn hơn tổng số, điểm không quá điểm tối đa.",
    "Cột Không đánh giá chỉ nhận chữ x; chọn lại x hoặc xóa trống.",
    "Đã chọn x (không đánh giá) nhưng vẫn còn kết quả: xóa một trong hai.",
    "Chưa giải trình: ghi ngắn gọn căn cứ chấm điểm vào cột Giải trình.",
    "Chưa có tài liệu kiểm chứng: thêm một dòng ở trang Tài liệu kiểm chứng, chọn tiêu chí này.",
    "Chưa giải trình và chưa có tài liệu kiểm chứng: ghi căn cứ vào cột Giải trình, thêm một dòng ở trang Tài liệu kiểm chứng.",
    "Không đánh giá thì phải nêu lý do ở cột Giải trình.",
)
EVIDENCE_GOOD, EVIDENCE_NO_CRITERION, EVIDENCE_NO_CONTENT = "✓ Đủ", "✗ Chọn tiêu chí", "✗ Ghi nội dung"
EVIDENCE_PROBLEMS = (
    "Có dòng tài liệu chưa chọn tiêu chí trong danh sách (bấm ô bên cạnh để đến dòng đầu tiên).",
    "Có dòng tài liệu đã chọn tiêu chí nhưng chưa ghi số, trích yếu hoặc tệp (bấm ô bên cạnh để đến dòng đầu tiên).",
)
ERROR, WARNING = "Lỗi", "Lưu ý"
APPROVAL_PROBLEM = "Trang Phê duyệt: chưa có «{label}»."
APPROVED = "Đã phê duyệt"

CAN_SEND = "Không còn lỗi: có thể trình thủ trưởng phê duyệt và gửi hồ sơ."
SUBTOTAL = "TỔNG CỘNG (phần tự chấm)"
SKIPPED_TOTAL = "Trừ: điểm tối đa của tiêu chí không đánh giá"
POSSIBLE_TOTAL = "Điểm tối đa để đánh giá (phần tự chấm)"
RATE_TOTAL = "Tỷ lệ điểm tự chấm / điểm tối đa phần tự chấm (%)"
NO_SURVEY = "Chưa gồm điểm điều tra xã hội học, điểm lãnh đạo và Hội đồng chấm; vì vậy biểu này chưa xác định Chỉ số và chưa xếp loại."

APPROVAL_LABELS = {
    "council": "Quyết định thành lập Hội đồng (số, ngày)",
    "meeting": "Ngày họp Hội đồng",
    "preparer": "Người lập: họ và tên",
    "preparer_title": "Người lập: chức vụ",
    "contact": "Điện thoại, thư điện tử liên hệ",
    "head": "Thủ trưởng: họ và tên",
    "head_title": "Thủ trưởng: chức vụ",
    "report": "Báo cáo tự đánh giá (số, ngày)",
    "date": "Ngày phê duyệt",
    "approved": "Kết luận của thủ trưởng",
}
APPROVAL_REQUIRED = ("council", "meeting", "preparer", "head", "head_title", "date", "approved")
APPROVAL_DATES = ("meeting", "date")
DIGEST_LABEL = "Mã đối chiếu (chương trình ghi khi chốt điểm)"

PROMPTS = {
    "choice": (
        "Chọn trong danh sách",
        "Bấm mũi tên bên phải ô, chọn một dòng.",
        "Ô này chỉ nhận một dòng có trong danh sách. Bấm mũi tên để chọn.",
    ),
    "whole": (
        "Nhập số nguyên",
        "Số nguyên từ 0 trở lên. Không có thì ghi 0.",
        "Ô này chỉ nhận số nguyên từ 0 trở lên, không kèm chữ.",
    ),
    "number": (
        "Nhập số",
        "Số từ 0 trở lên, có thể có phần thập phân. Không có thì ghi 0.",
        "Ô này chỉ nhận số từ 0 trở lên, không kèm chữ.",
    ),
    "points": ("Nhập điểm", "Điểm từ 0 đến {limit}.", "Ô này chỉ nhận điểm từ 0 đến {limit}."),
    "percent": ("Nhập tỷ lệ", "Tỷ lệ phần trăm từ 0 đến 100.", "Ô này chỉ nhận số từ 0 đến 100."),
    "mark": (
        "Không đánh giá",
        "Chọn x khi: {reason}. Phải nêu lý do ở cột Giải trình.",
        "Ô này chỉ nhận chữ x, hoặc để trống.",
    ),
    "explanation": (
        "Giải trình",
        "Căn cứ chấm điểm: việc đã làm, số liệu, văn bản. Tối đa 2000 ký tự.",
        "Giải trình dài quá 2000 ký tự.",
    ),
    "text": ("Nhập nội dung", "Tối đa {limit} ký tự.", "Nội dung dài quá {limit} ký tự."),
    "date": (
        "Nhập ngày",
        "Gõ ngày/tháng/năm, ví dụ 05/02/2018.",
        "Ô này chỉ nhận ngày hợp lệ, gõ theo dạng ngày/tháng/năm.",
    ),
}

GUIDE_STEPS = (
    ("1", "Mở trang Tự chấm điểm. Chỉ nhập vào ô nền vàng nhạt; các ô khác đã khóa và tự tính."),
    (
        "2",
        "Mỗi tiêu chí: chọn mức hoặc nhập số liệu ở cột Kết quả thực hiện. Không có việc phát sinh thì ghi 0; để trống nghĩa là chưa chấm.",
    ),
    ("3", "Ghi căn cứ chấm điểm ở cột Giải trình của từng tiêu chí."),
    (
        "4",
        "Tiêu chí được phép không đánh giá có ô màu ở cột Không đánh giá: chọn x và nêu lý do. Điểm tối đa của tiêu chí đó được trừ khỏi tổng.",
    ),
    (
        "5",
        "Trang Tài liệu kiểm chứng: mỗi tài liệu một dòng, chọn tiêu chí ở cột thứ hai; tên tệp ghi đúng như tệp gửi kèm.",
    ),
    ("6", "Trang Rà soát lỗi: sửa từng dòng, bấm vào ô ở cột cuối để đến đúng chỗ, đến khi không còn lỗi."),
    (
        "7",
        "Trang Phê duyệt: điền đủ, thủ trưởng duyệt rồi chọn Đã phê duyệt. Lưu tệp dạng .xlsx và gửi, không đổi cấu trúc tệp.",
    ),
)
GUIDE_PAGE = (
    "Hướng dẫn đầy đủ, có hình: trang {page}.html kèm theo chương trình (nút Hướng dẫn trên thẻ CCHC, hoặc lệnh cchc guide {page})."
)
"""Where a workbook sends its reader for more; a test holds the pages it names against those there are."""
GUIDE_SIGNS = (
    ("✓", "đủ điểm, giải trình, tài liệu"),
    ("○", "chưa chấm"),
    ("✗", "có lỗi phải sửa"),
    ("!", "điều cần lưu ý, vẫn gửi được"),
    ("–", "không đánh giá, hoặc không do đơn vị tự chấm"),
)

RULE_NAMES = {
    "grades": "Xếp loại theo Chỉ số (%)",
    "not_assessed": "Tiêu chí không đánh giá",
    "deduction": "Trừ điểm tổng",
    "bonus": "Điểm cộng",
    "minus": "Điểm trừ",
    "missing": "Đơn vị không tự đánh giá",
    "evidence_missing": "Thiếu tài liệu kiểm chứng",
    "explanation_missing": "Thiếu giải trình",
    "approval_missing": "Thiếu phê duyệt",
    "stages": "Các bước điểm sau điểm tự chấm",
    "evidence_files": "Thiếu tệp kèm theo đã nêu ở trang tài liệu",
    "signed_report": "Thiếu báo cáo đã ký",
    "rounds": "Số lần tự chấm",
    "reopened": "Lần sau được sửa",
    "specialist_offices": "Chia cho cơ quan chuyên ngành thẩm định",
    "self_assessment_due": "Hạn tự chấm",
    "windows": "Thời gian mở tự chấm",
    "unranked": "Chấm điểm nhưng không xếp hạng",
    "ties": "Bằng chỉ số",
    "commended_per_block": "Số tập thể đề nghị khen mỗi khối",
    "decimals_shown": "Số chữ số thập phân khi công bố",
}
"""What the rules of a version are called; one that is not here shows by its own name."""

RULE_VALUES = {
    "subtract": "trừ khỏi điểm tối đa",
    "rescale_then_survey": "quy đổi phần thẩm định, rồi cộng điểm điều tra",
    "central_list": "theo danh sách chung",
    "share_and_skip": "cùng hạng, hạng sau bỏ qua",
    "share": "cùng hạng, hạng sau nối tiếp",
    "all": "mọi tiêu chí",
    "contested": "tiêu chí còn khác nhau, thiếu tài liệu",
    "rename": "đổi tên",
    "points": "đổi điểm",
    "drop": "bỏ",
    "add": "thêm",
    "move": "chuyển chỗ",
    "method": "đổi cách chấm",
    "restate": "đổi tài liệu và hướng dẫn",
    "reword": "thay từ ngữ",
    "renumber": "đánh số lại",
    "heading": "đổi tiêu đề bảng",
    "rule": "đổi quy tắc",
    "True": "có",
    "False": "không",
}

REFUSED_WORDS = {
    "missing": "còn thiếu",
    "extra_forbidden": "không có mục này",
    "string_too_short": "còn trống",
    "too_short": "cần ít nhất một dòng",
    "too_long": "quá nhiều dòng",
    "string_pattern_mismatch": "viết chưa đúng dạng",
    "string_type": "phải là chữ",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "bool_type": "phải là có hoặc không",
    "greater_than": "số quá nhỏ",
    "greater_than_equal": "số quá nhỏ",
    "less_than_equal": "số quá lớn",
    "literal_error": "không có trong các giá trị cho phép",
    "enum": "không có trong các giá trị cho phép",
    "union_tag_invalid": "không có loại này",
    "every tier has exactly one appendix": "mỗi nhóm đối tượng phải có đúng một phụ lục",
    "two appendices have one number": "hai phụ lục trùng số",
    "a window closes after it opens": "giờ đóng phải sau giờ mở",
}
"""Why a value of a version is refused, by pydantic's type of error or by the model's own words."""

METHOD_WORDS = {
    "yes_no": "Đạt / không đạt",
    "levels": "Chọn mức",
    "checklist": "Cộng nội dung đạt",
    "bands": "Khoảng tỷ lệ",
    "linear": "Theo tỷ lệ",
    "count": "Đếm và cộng điểm",
    "deduction": "Đếm và trừ điểm",
    "direct": "Nhập điểm",
    "survey_percent": "Tỷ lệ hài lòng",
    "survey_weighted": "Phiếu có trọng số",
    "given": "Điểm do trên nhập",
}
"""What the scoring methods are called in the authoring workbook."""
SCORER_WORDS = {"self": "Đơn vị", "council": "Hội đồng", "survey": "Điều tra", "leaders": "Lãnh đạo"}
CASE_WORDS = {"max": "Điểm tối đa", "zero": "0 điểm", "skip": "Không đánh giá"}
OPTION_WORDS = {"fractions": "Số liệu có phần lẻ", "cap": "Vượt 100 % tính đủ"}
SEVERITY_VALUES = {"error": "Lỗi", "warning": "Cảnh báo", "note": "Ghi chú"}

AUTHORING_GUIDE, AUTHORING_INFO = "Hướng dẫn", "Thông tin và quy tắc"
AUTHORING_HEADS = (
    "Bậc",
    "Mã",
    "Lĩnh vực / tiêu chí / mức",
    "Điểm",
    "Kiểm tra",
    "Ai chấm",
    "Cơ quan thẩm định",
    "Cách chấm",
    "Số liệu đơn vị nhập (số đạt)",
    "Tổng số (mẫu số)",
    "Không phát sinh",
    "Đơn vị, bậc điểm, mức sàn",
    "Tùy chọn",
    "Tài liệu kiểm chứng (mỗi dòng một tài liệu)",
    "Hướng dẫn",
    "Được không đánh giá khi",
    "Ghi chú khi đọc bảng gốc",
)
"""Heads of the authoring table: the parts of a line, the check beside the points, and last what was doubted."""
AUTHORING_TABLE = ("Số phụ lục", "Tên phụ lục", "Nhóm đối tượng (mã)", "Thang điểm", "Bảng minh họa")
AUTHORING_APPRAISERS = ("Mã", "Cơ quan thẩm định (tên)")
AUTHORING_STEPS = (
    "Trang Thông tin và quy tắc: mã, tên, năm, căn cứ, nhóm đối tượng, xếp loại, thời hạn. Mỗi ô một nội dung; bảng nào thiếu dòng thì chèn thêm dòng.",
    "Mỗi phụ lục một trang. Lĩnh vực, tiêu chí, tiêu chí thành phần mỗi dòng một mục, có mã và điểm. Chép cả trang để thêm phụ lục.",
    "Chỉ mục được chấm (không có mục con) mới chọn Cách chấm. Các mức, khoảng tỷ lệ, nội dung ghi ở những dòng ngay bên dưới, để trống cột Mã.",
    "Khoảng tỷ lệ viết như: từ 70 % đến dưới 100 %; từ 50 % trở lên; dưới 50 %. Các khoảng phải phủ kín từ 0 đến 100 %.",
    "Cột Kiểm tra tự tính: tổng mục con bằng điểm của mục, mức cao nhất bằng điểm tối đa, mã không trùng. Sửa đến khi mọi dòng đều ✓.",
    "Lưu tệp rồi chạy: cchc rubric import TỆP --out THƯ_MỤC. Chương trình nêu từng ô còn sai; khi không còn lỗi thì dùng được để lập đợt đánh giá.",
)
AUTHORING_METHODS = (
    ("yes_no", "Hai dòng mức: đạt (đủ điểm) và không đạt (0 điểm)."),
    ("levels", "Từ hai mức trở lên, mỗi mức một dòng có điểm, cao xuống thấp."),
    ("checklist", "Mỗi nội dung một dòng có điểm; cộng lại bằng điểm tối đa."),
    ("bands", "Số đạt, tổng số, khi không phát sinh; mỗi khoảng tỷ lệ một dòng có điểm."),
    ("linear", "Số đạt, tổng số, khi không phát sinh; mức sàn (%) nếu có."),
    ("count", "Nội dung đếm; điểm mỗi trường hợp."),
    ("deduction", "Nội dung đếm; điểm trừ mỗi trường hợp."),
    ("direct", "Nội dung; bậc điểm (ví dụ 0,25)."),
    ("survey_percent", "Tên tỷ lệ; khoảng tỷ lệ ở các dòng dưới nếu có. Ai chấm: Điều tra."),
    ("survey_weighted", "Mỗi câu trả lời một dòng, cột Điểm là trọng số (%). Ai chấm: Điều tra hoặc Lãnh đạo."),
    ("given", "Điểm lấy từ đâu. Ai chấm: Hội đồng, Lãnh đạo hoặc Điều tra."),
)
AUTHORING_CHECKS = {
    "good": "✓",
    "duplicate": "✗ Trùng mã",
    "no-points": "✗ Thiếu điểm",
    "no-method": "✗ Chọn cách chấm hoặc thêm mục con",
    "method-group": "✗ Có mục con thì bỏ trống cách chấm",
    "sum": "✗ Tổng mục con khác điểm của mục",
    "best": "✗ Mức cao nhất khác điểm tối đa",
    "items": "✗ Tổng các nội dung khác điểm tối đa",
    "levels": "✗ Thiếu các mức ở dòng dưới",
}

AUTHORING_LABELS = {
    "": "Thông tin chung",
    "id": "Mã bộ tiêu chí",
    "title": "Tên bộ tiêu chí",
    "issuer": "Cơ quan ban hành",
    "place": "Nơi áp dụng",
    "amends": "Sửa đổi bộ tiêu chí (mã)",
    "years": "Năm đánh giá",
    "legal_basis": "Văn bản làm căn cứ",
    "legal_basis.title": "Trích yếu",
    "legal_basis.number": "Số, ký hiệu",
    "legal_basis.date": "Ngày",
    "legal_basis.issuer": "Cơ quan ban hành",
    "provenance": "Nguồn của từng phần",
    "provenance.part": "Phần",
    "provenance.source": "Nguồn",
    "provenance.illustrative": "Minh họa",
    "labels": "Tên gọi",
    "labels.council": "Hội đồng thẩm định gọi là",
    "labels.own_council": "Hội đồng của đơn vị gọi là",
    "labels.unit": "Đơn vị gọi là",
    "tiers": "Nhóm đối tượng",
    "tiers.code": "Mã",
    "tiers.name": "Tên nhóm",
    "rules": "Quy tắc",
    "rules.grades.name": "Xếp loại",
    "rules.grades.at_least": "Chỉ số từ (%)",
    "rules.deduction.percent": "Mức trừ (%)",
    "rules.deduction.per_case": "Trừ theo từng trường hợp",
    "rules.deduction.basis": "Căn cứ trừ điểm",
    "rules.deduction.grounds": "Trường hợp bị trừ điểm tổng",
    **{
        f"rules.{name}.{part}": label.format(verb)
        for name, verb in (("bonus", "cộng"), ("minus", "trừ"))
        for part, label in (
            ("cap", "{} nhiều nhất (điểm)"),
            ("basis", "Căn cứ {} điểm"),
            ("cases", "Trường hợp {} điểm"),
            ("cases.title", "Trường hợp"),
            ("cases.points", "Số điểm {}"),
        )
    },
    "rules.missing.grade": "Xếp loại đơn vị không tự đánh giá",
    "rules.missing.shown": "Ghi ở bảng xếp hạng",
    "rules.missing.basis": "Căn cứ",
    "rules.stages.code": "Mã",
    "rules.stages.name": "Tên cột điểm",
    "rules.stages.body": "Ai cho điểm",
    "rules.stages.last_round_only": "Chỉ ở lần cuối",
    "rules.windows.round": "Lần",
    "rules.windows.opens": "Mở lúc",
    "rules.windows.closes": "Đóng lúc",
    "rules.windows.basis": "Căn cứ",
    "changes": "Các sửa đổi đã áp dụng",
    "changes.kind": "Loại",
    "changes.appendix": "Phụ lục",
    "changes.code": "Mã",
    "changes.rule": "Quy tắc",
    "changes.basis": "Căn cứ",
    **{f"rules.{name}": words for name, words in RULE_NAMES.items()},
}
"""What the fields of a version are called in the authoring workbook, by their path."""

# what Excel's add-in says before Python runs; the keys are known to its VBA
LAUNCHER_TEXTS = {
    "working": "CCHC: đang khởi động …",
    "busy": "Nút trước đang chạy. Chờ xong rồi bấm lại.",
    "protected-view": "Biểu mẫu đang mở ở chế độ xem được bảo vệ (Protected View) nên không kiểm tra, không ghi được. "
    "Bấm «Cho phép chỉnh sửa» (Enable Editing) trên thanh vàng rồi bấm lại nút này.",
    "not-installed": "Các nút CCHC chưa biết Python ở đâu. Mở cửa sổ lệnh, chạy: cchc addin install – rồi mở lại Excel. "
    "Trong khi đó vẫn dùng được trang Rà soát lỗi của biểu mẫu.",
    "python-missing": "Không thấy Python mà các nút CCHC vẫn dùng (đã gỡ hoặc chuyển chỗ). Chạy lại: cchc addin install – rồi mở lại "
    "Excel. Trong khi đó vẫn dùng được trang Rà soát lỗi của biểu mẫu.",
    "python-failed": "Chương trình CCHC không chạy được. Chạy lại: cchc addin install – nếu vẫn vậy, chạy: cchc addin status – và báo "
    "người quản trị máy. Biểu mẫu vẫn nguyên.",
    "blocked": "Máy này không cho Excel khởi động chương trình CCHC (thường do quy định an toàn của cơ quan). Biểu mẫu vẫn nguyên. "
    "Vẫn kiểm tra được: xem trang Rà soát lỗi của biểu mẫu, hoặc lưu rồi chạy: cchc check TỆP. Chi tiết để báo người quản trị máy:",
}
LAUNCHER_ABOUT = (
    "CCHC – các nút chấm điểm cải cách hành chính trong Excel",
    "Tệp này không phải biểu mẫu và không chứa số liệu. Nó thêm thẻ CCHC vào thanh lệnh của Excel; mỗi nút gọi chương trình cchc đã cài "
    "trên máy.",
    "Cài, gỡ, xem tình trạng: cchc addin install, cchc addin uninstall, cchc addin status.",
)
ADDIN_WORDS = {
    "written": "Đã ghi {path}",
    "installed": "Xong. Đóng hẳn Excel rồi mở lại: thẻ CCHC hiện trên thanh lệnh.",
    "handed": "Xong. Ký số tệp này (nếu cơ quan yêu cầu) rồi chép vào thư mục XLSTART của từng máy.",
    "removed": "Đã gỡ {path}",
    "uninstalled": "Xong. Mở lại Excel thì thẻ CCHC không còn.",
    "nothing": "Chưa cài nên không có gì để gỡ.",
    "fine": "Đúng bản: {path}",
    "ready": "Các nút CCHC đã sẵn sàng.",
    "libreoffice-installed": "Xong. Mở LibreOffice Calc: mục CCHC hiện trên thanh thực đơn.",
    "libreoffice-uninstalled": "Xong. Mở lại LibreOffice thì mục CCHC không còn.",
}

# what the library of the command line says by itself
CLICK_WORDS = {
    "Usage:": "Cách dùng:",
    "Usage: ": "Cách dùng: ",
    "Options": "Tùy chọn",
    "Commands": "Các lệnh",
    "Show this message and exit.": "Hiện hướng dẫn này rồi thoát.",
    "Show the version and exit.": "Hiện phiên bản rồi thoát.",
    "Error: {message}": "Lỗi: {message}",
    "Aborted!": "Đã dừng.",
    "required": "bắt buộc",
    "Missing command.": "Chưa nêu lệnh.",
    "Missing argument": "Thiếu",
    "Missing option": "Thiếu tùy chọn",
    "Missing parameter": "Thiếu",
    "Missing parameter: {param_name}": "Thiếu: {param_name}",
    "No such command {name!r}.": "Không có lệnh {name!r}.",
    "No such option: {name}": "Không có tùy chọn {name}",
    "No such option {name!r}.": "Không có tùy chọn {name!r}.",
    "Option {name!r} requires an argument.": "Tùy chọn {name!r} phải có giá trị.",
    "Invalid value: {message}": "Giá trị không hợp lệ: {message}",
    "Invalid value for {param_hint}: {message}": "Giá trị không hợp lệ cho {param_hint}: {message}",
    "{name} {filename!r} does not exist.": "{name} {filename!r} không có.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} là thư mục.",
    "{name} {filename!r} is a file.": "{name} {filename!r} là tệp.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} không đọc được.",
    "Try '{command} {option}' for help.": "Xem hướng dẫn: {command} {option}",
    "Got unexpected extra argument ({args})": "Thừa: {args}",
    "Got unexpected extra arguments ({args})": "Thừa: {args}",
    "{value!r} is not one of {choices}.": "{value!r} không thuộc: {choices}.",
    "{value!r} is not {choice}.": "{value!r} phải là {choice}.",
    "file": "tệp",
    "path": "đường dẫn",
    "directory": "thư mục",
    "File": "Tệp",
    "Path": "Đường dẫn",
    "Directory": "Thư mục",
}
