"""The `cchc` command: a thin skin. Every command opens, calls one function, shows what came of it; exit codes are the contract.

0 done; 1 findings block something; 2 wrong usage; 3 this machine (file open elsewhere, no permission, disk); 4 our fault.
"""

from __future__ import annotations

import gettext
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from rubric_versions.words import CLICK_WORDS

# click takes its own words from gettext as it is imported: this command speaks one language
gettext.gettext = lambda message: CLICK_WORDS.get(message, message)
gettext.ngettext = lambda msgid1, msgid2, n: CLICK_WORDS.get(msgid1 if n == 1 else msgid2, msgid1 if n == 1 else msgid2)

import click  # noqa: E402

if TYPE_CHECKING:
    from processor.desk import Desk
    from rubric_versions.findings import Finding

DONE, BLOCKED, USAGE, ENVIRONMENT, FAULT = 0, 1, 2, 3, 4
P = ParamSpec("P")
PAPER_FORMS = ("phu_luc", "danh_sach", "xep_hang", "bao_cao", "bien_ban", "tai_lieu", "phieu")
PAPER_SCORES = {"tu_cham": "self", "tham_dinh": "appraised", "ca_hai": "both"}

_folder = click.argument("folder", metavar="THƯ_MỤC", type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="In kết quả thành một đối tượng JSON.")


def _command(function: Callable[P, int]) -> Callable[P, None]:
    """Turns what a command returns or raises into its exit code and a plain message; no traceback reaches an officer."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        started = time.monotonic()
        from processor import log
        from processor.desk import Blocked
        from processor.files import EnvironmentProblem
        from rubric_versions.catalog import BadVersion

        try:
            code = function(*args, **kwargs)
        except (Blocked, BadVersion) as problem:
            code = _show_findings(problem.findings, as_json=as_json)
        except EnvironmentProblem as problem:
            from processor.report import finding_of

            _show_findings([finding_of(problem)], as_json=as_json)
            code = ENVIRONMENT
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as problem:  # whatever the system refuses, wherever, is this machine's matter
            from processor.files import refusal
            from processor.report import finding_of

            _show_findings([finding_of(refusal(Path(problem.filename or ""), problem))], as_json=as_json)
            code = ENVIRONMENT
        except Exception:  # the last guard of a program for people who cannot read tracebacks
            code = _fault()
        campaign = kwargs.get("folder")
        where = f" {campaign.name}" if isinstance(campaign, Path) else ""
        log.write(f"{click.get_current_context().command_path}{where}: {code}, {time.monotonic() - started:.1f} s")
        sys.exit(code)

    return run


def _fault() -> int:
    from processor import log

    path = log.write("fault", fault=True)
    where = f" Chi tiết ghi ở {path}." if path else ""
    print(f"Chương trình gặp lỗi, xin lỗi bạn. Dữ liệu đã nhận vẫn nguyên; có thể chạy lại.{where}", file=sys.stderr)
    return FAULT


def _show_findings(findings: Sequence[Finding], *, as_json: bool) -> int:
    from processor import terminal

    if as_json:
        terminal.print_json({"findings": [one.as_json() for one in findings]})
    else:
        terminal.print_findings(findings)
    return BLOCKED


def _desk(folder: Path, *, read_only: bool = False) -> Desk:
    from processor.clock import clock_from_environment
    from processor.desk import open_desk
    from processor.executors import ease_collector

    ease_collector()
    return open_desk(folder, clock_from_environment(), read_only=read_only)


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    from processor.clock import parse_moment

    try:
        return parse_moment(text)
    except ValueError:
        raise click.BadParameter("viết theo dạng 15/12/2018 16:30 hoặc 2018-12-15 16:30") from None


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="cchc-workbooks", message="cchc %(version)s")
def cli() -> None:
    """Chấm điểm cải cách hành chính bằng sổ tính Excel: cấp biểu mẫu, nhận lại, kiểm tra, thẩm định, xếp hạng."""


@cli.command()
@_folder
@click.option(
    "--version",
    "version_id",
    default=None,
    metavar="MÃ",
    help="Bộ tiêu chí: mã có sẵn (xem: cchc rubric list), hoặc tệp .yaml của bộ tự soạn.",
)
@click.option(
    "--from",
    "package",
    default=None,
    metavar="GÓI",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Gói khởi tạo cấp trên giao.",
)
@click.option("--code", default=None, metavar="MÃ", help="Mã đợt đánh giá; bỏ trống thì lấy theo bộ tiêu chí.")
@click.option("--empty", is_flag=True, help="Không điền sẵn danh sách cơ quan, đơn vị.")
@_json
@_command
def new(folder: Path, version_id: str | None, package: Path | None, code: str | None, empty: bool, as_json: bool) -> int:
    """Tạo thư mục của một đợt đánh giá, kèm sổ đợt đánh giá để điền; hoặc mở gói khởi tạo cấp trên giao."""
    from processor import report

    if package is not None:
        if version_id or code or empty:
            raise click.UsageError("--from không đi cùng --version, --code, --empty: gói đã có đủ")
        from processor import district_report

        return district_report.start(folder, package, as_json=as_json)
    if version_id is None:
        raise click.UsageError("cần --version MÃ, hoặc --from GÓI")
    return report.new(folder, version_id, code, empty=empty, as_json=as_json)


@cli.command()
@_folder
@click.option("--round", "number", type=click.IntRange(1, 4), default=None, metavar="LẦN", help="Lần tự chấm; bỏ trống: lần hiện tại.")
@_json
@_command
def issue(folder: Path, number: int | None, as_json: bool) -> int:
    """Cấp biểu mẫu cho mọi đơn vị vào 01_bieu_mau_gui_di; từ lần 2 kèm nội dung và điểm thẩm định lần trước."""
    from processor import report

    with _desk(folder) as desk:
        return report.issue(desk, number, as_json=as_json)


@cli.command()
@_folder
@click.argument("files", nargs=-1, metavar="[TỆP...]", type=click.Path(exists=True, path_type=Path))
@click.option("--received-at", callback=_moment, metavar="LÚC", help="Thời điểm nhận thực tế, nếu khác bây giờ (phải có --reason).")
@click.option("--reason", default="", metavar="LÝ_DO", help="Lý do ghi thời điểm khác.")
@click.option("--channel", default="", metavar="KÊNH", help="Nhận qua: trực tiếp, bưu chính, thư điện tử, trục văn bản…")
@click.option("--number", default="", metavar="SỐ_ĐẾN", help="Số đến của văn bản.")
@click.option("--watch", is_flag=True, help="Theo dõi 02_tiep_nhan, có tệp mới thì nhận ngay; dừng bằng Ctrl+C.")
@click.option(
    "--interval", default=10, show_default=True, type=click.IntRange(1, 3600), metavar="GIÂY", help="Khi theo dõi, mấy giây xem một lần."
)
@click.option("--scheduler", default="", metavar="ĐỊA_CHỈ", help="Đọc hồ sơ trên cụm máy Dask có sẵn, ví dụ tcp://10.0.0.5:8786.")
@_json
@_command
def receive(
    folder: Path,
    files: tuple[Path, ...],
    received_at: datetime | None,
    reason: str,
    channel: str,
    number: str,
    watch: bool,
    interval: int,
    scheduler: str,
    as_json: bool,
) -> int:
    """Nhận hồ sơ: các tệp nêu tên, hoặc mọi tệp trong 02_tiep_nhan. Mỗi tệp có kết luận và phiếu trả lời."""
    from processor import report
    from processor.intake import How

    if received_at is not None and not reason.strip():
        raise click.UsageError("--received-at phải đi cùng --reason")
    if watch:
        if files or received_at is not None or as_json or scheduler:
            raise click.UsageError("--watch không đi cùng tên tệp, --received-at, --scheduler hay --json")
        return report.watch(folder, lambda: _desk(folder), How(None, "", channel, number), interval)
    with _desk(folder) as desk:
        return report.receive(desk, files, How(received_at, reason, channel, number), scheduler=scheduler, as_json=as_json)


@cli.command()
@_folder
@_json
@_command
def status(folder: Path, as_json: bool) -> int:
    """Cho biết đơn vị, nơi thẩm định đang ở đâu, ai cần đôn đốc; ghi lại so_theo_doi.xlsx, theo_doi_tien_do.xlsx."""
    from processor import report

    with _desk(folder) as desk:
        return report.status(desk, as_json=as_json)


@cli.command()
@_folder
@_json
@_command
def appraise(folder: Path, as_json: bool) -> int:
    """Đọc điểm thẩm định đã nhập trong 05_tham_dinh, rồi lập bảng thẩm định còn thiếu."""
    from processor import report

    with _desk(folder) as desk:
        return report.appraise(desk, as_json=as_json)


@cli.command()
@_folder
@_json
@_command
def central(folder: Path, as_json: bool) -> int:
    """Đọc sổ số liệu tập trung (điều tra, không đánh giá, điểm cộng trừ) rồi lập sổ còn thiếu trong 05_tham_dinh/so_lieu_tap_trung."""
    from processor import report

    with _desk(folder) as desk:
        return report.central(desk, as_json=as_json)


@cli.command()
@_folder
@click.option(
    "--against",
    metavar="THƯ_MỤC_ĐỢT_TRƯỚC",
    type=click.Path(path_type=Path),
    help="So với kết quả của đợt trước: theo đơn vị và theo tiêu chí.",
)
@click.option("--units", is_flag=True, help="Lập thêm phiếu kết quả của từng đơn vị, trong 06_ket_qua/don_vi.")
@_json
@_command
def rank(folder: Path, against: Path | None, units: bool, as_json: bool) -> int:
    """Tổng hợp điểm, xếp hạng, xếp loại vào 06_ket_qua."""
    from processor import report

    with _desk(folder) as desk:
        return report.rank(desk, against, units=units, as_json=as_json)


@cli.command()
@_folder
@click.argument("units", nargs=-1, metavar="[MÃ_ĐƠN_VỊ...]")
@click.option("--recall", default="", metavar="LÝ_DO", help="Thu hồi gói đã giao các mã nêu tên, kèm lý do; đợt này tự chấm các đơn vị đó.")
@click.option(
    "--out", default=None, metavar="NƠI_GHI", type=click.Path(file_okay=False, path_type=Path), help="Nơi ghi gói, ngoài thư mục đợt."
)
@_json
@_command
def district(folder: Path, units: tuple[str, ...], recall: str, out: Path | None, as_json: bool) -> int:
    """Lập gói khởi tạo cho cấp dưới tự chấm các đơn vị của mình (bỏ trống mã: mọi nơi có hội đồng thẩm định)."""
    from processor import district_report

    if recall.strip():
        if out is not None or not units:
            raise click.UsageError("--recall cần mã đơn vị và không đi cùng --out")
        with _desk(folder) as desk:
            return district_report.recall(desk, units, recall.strip(), as_json=as_json)
    if out is None:
        raise click.UsageError("cần --out NƠI_GHI: thư mục ngoài đợt để ghi gói")
    with _desk(folder) as desk:
        return district_report.district(desk, units, out, as_json=as_json)


@cli.command()
@_folder
@_json
@_command
def result(folder: Path, as_json: bool) -> int:
    """Lập sổ kết quả đã niêm phong để gửi cấp trên (đợt mở từ gói khởi tạo)."""
    from processor import district_report

    with _desk(folder) as desk:
        return district_report.result(desk, as_json=as_json)


@cli.command()
@_folder
@click.argument("files", nargs=-1, required=True, metavar="TỆP...", type=click.Path(exists=True, path_type=Path))
@_json
@_command
def merge(folder: Path, files: tuple[Path, ...], as_json: bool) -> int:
    """Nhận sổ kết quả của cấp dưới: tệp hoặc thư mục, thứ tự nào cũng được, nhận lại cũng được."""
    from processor import district_report

    with _desk(folder) as desk:
        return district_report.merge(desk, files, as_json=as_json)


@cli.command()
@_folder
@click.argument("unit", metavar="MÃ_ĐƠN_VỊ")
@_json
@_command
def why(folder: Path, unit: str, as_json: bool) -> int:
    """Giải thích từng bước vì sao đơn vị có chỉ số, xếp loại, thứ hạng ấy, tra ngược đến hồ sơ gốc."""
    from processor import district_report

    with _desk(folder, read_only=True) as desk:
        return district_report.why(desk, unit, as_json=as_json)


@cli.command()
@click.argument("file", metavar="TỆP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json
@_command
def check(file: Path, as_json: bool) -> int:
    """Kiểm tra một biểu mẫu đã điền; ai cũng dùng được, không cần thư mục đợt."""
    from processor import report

    return report.check(file, as_json=as_json)


@cli.command("print")
@_folder
@click.option(
    "--appendix", "appendices", default="", metavar="SỐ,…", help="Phụ lục cần in, viết số như văn bản ghi: II,III hoặc 01 hoặc 1,2,3."
)
@click.option("--unit", "units", multiple=True, metavar="MÃ", help="Chỉ in cho đơn vị này (nêu được nhiều lần).")
@click.option("--blank", is_flag=True, help="In phụ lục để trống, ghi tên đơn vị nếu nêu --unit.")
@click.option(
    "--form", "forms", multiple=True, type=click.Choice(PAPER_FORMS), help="Loại giấy cần in (nêu được nhiều lần); bỏ trống: tất cả."
)
@click.option("--scores", type=click.Choice(tuple(PAPER_SCORES)), default=None, help="Điểm in trên phụ lục; bỏ trống: mọi điểm đã có.")
@click.option("--pdf", is_flag=True, help="Tạo thêm PDF (cần LibreOffice) và một PDF gộp có mục lục.")
@_json
@_command
def print_(
    folder: Path,
    appendices: str,
    units: tuple[str, ...],
    blank: bool,
    forms: tuple[str, ...],
    scores: str | None,
    pdf: bool,
    as_json: bool,
) -> int:
    """Lập biểu mẫu in vào 07_ban_in: phụ lục, danh sách, xếp hạng, báo cáo, biên bản, danh mục tài liệu, phiếu."""
    from processor import report
    from processor.printing import Wanted

    numbers = tuple(one.strip() for one in appendices.split(",") if one.strip())
    wanted = Wanted(forms, numbers, units, blank, PAPER_SCORES[scores] if scores else None)  # type: ignore[arg-type]  # click checked them
    with _desk(folder) as desk:
        return report.print_(desk, wanted, pdf=pdf, as_json=as_json)


@cli.command()
@_folder
@_json
@_command
def verify(folder: Path, as_json: bool) -> int:
    """Lập lại mọi kết quả từ hồ sơ đã lưu rồi so với tệp hiện có."""
    from processor import report

    with _desk(folder, read_only=True) as desk:
        return report.verify(desk, as_json=as_json)


@cli.command()
@_folder
@click.option(
    "--out", default=None, metavar="TỆP", type=click.Path(path_type=Path), help="Tệp .zip sẽ ghi; bỏ trống thì nằm cạnh thư mục đợt."
)
@_json
@_command
def export(folder: Path, out: Path | None, as_json: bool) -> int:
    """Sao lưu cả đợt đánh giá vào một tệp .zip (không có khóa niêm phong); người khác vẫn làm việc được."""
    from processor import report

    return report.export(folder, out, as_json=as_json)


@cli.command("import")
@click.argument("package", metavar="TỆP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_folder
@_json
@_command
def import_(package: Path, folder: Path, as_json: bool) -> int:
    """Khôi phục một đợt đánh giá từ tệp sao lưu vào thư mục mới, sau khi đối chiếu mọi tệp."""
    from processor import report

    return report.bring_back(package, folder, as_json=as_json)


@cli.command()
@_folder
@click.argument("unit", metavar="MÃ_ĐƠN_VỊ")
@click.argument("what", type=click.Choice(["accept", "reopen", "withdraw", "record"]), metavar="accept|reopen|withdraw|record")
@click.option("--reason", required=True, metavar="LÝ_DO", help="Lý do; ghi vào sổ theo dõi và hiện ở các bảng.")
@_json
@_command
def decide(folder: Path, unit: str, what: str, reason: str, as_json: bool) -> int:
    """Ghi quyết định của người có thẩm quyền: chấp nhận hồ sơ, mở lại, rút hồ sơ, hoặc ghi nhận."""
    from processor import report

    if not reason.strip():
        raise click.UsageError("--reason không được để trống")
    with _desk(folder) as desk:
        return report.decide(desk, unit, what, reason.strip(), as_json=as_json)


@cli.command("renew-key")
@_folder
@click.option("--reason", required=True, metavar="LÝ_DO", help="Vì sao thay khóa; ghi vào sổ theo dõi.")
@_json
@_command
def renew_key(folder: Path, reason: str, as_json: bool) -> int:
    """Tạo khóa niêm phong mới cho đợt đánh giá khi khóa cũ đã mất; biểu mẫu đã cấp vẫn dùng được."""
    from processor import report

    if not reason.strip():
        raise click.UsageError("--reason không được để trống")
    with _desk(folder) as desk:
        return report.renew_key(desk, reason.strip(), as_json=as_json)


@cli.command()
@click.option("--out", "folder", required=True, metavar="THƯ_MỤC", type=click.Path(path_type=Path), help="Nơi ghi các biểu mẫu trắng.")
@_json
@_command
def blank(folder: Path, as_json: bool) -> int:
    """Ghi biểu mẫu trắng của mọi bộ tiêu chí, để xem thử."""
    from processor import report

    return report.blank(folder, as_json=as_json)


@cli.command()
@click.argument("page", default="", metavar="[TRANG]")
@_json
@_command
def guide(page: str, as_json: bool) -> int:
    """Mở hướng dẫn (không cần mạng): don-vi, phong-noi-vu, so-noi-vu, bo-tieu-chi; bỏ trống thì mở mục lục."""
    from processor import report

    return report.guide(page, as_json=as_json)


@cli.group()
def rubric() -> None:
    """Bộ tiêu chí: liệt kê, xem, rà soát."""


@rubric.command("list")
@_json
@_command
def rubric_list(as_json: bool) -> int:
    """Liệt kê các bộ tiêu chí có sẵn."""
    from processor import rubrics

    return rubrics.rubric_list(as_json=as_json)


@rubric.command("show")
@click.argument("version_id", metavar="MÃ")
@_json
@_command
def rubric_show(version_id: str, as_json: bool) -> int:
    """Xem một bộ tiêu chí: quy tắc, nguồn, các tiêu chí và cách chấm."""
    from processor import rubrics

    return rubrics.rubric_show(version_id, as_json=as_json)


@rubric.command("lint")
@click.argument("target", metavar="MÃ_HOẶC_TỆP")
@_json
@_command
def rubric_lint(target: str, as_json: bool) -> int:
    """Rà soát một bộ tiêu chí (mã có sẵn, hoặc tệp .yaml); có lỗi thì không cấp được biểu mẫu."""
    from processor import rubrics

    return rubrics.rubric_lint(target, as_json=as_json)


@rubric.command("diff")
@click.argument("before", metavar="BỘ_TRƯỚC")
@click.argument("after", metavar="BỘ_NAY")
@click.option("--out", default=None, metavar="TỆP", type=click.Path(dir_okay=False, path_type=Path), help="Ghi thêm thành sổ tính .xlsx.")
@_json
@_command
def rubric_diff(before: str, after: str, out: Path | None, as_json: bool) -> int:
    """Những thay đổi cần biết giữa hai bộ tiêu chí, kèm căn cứ."""
    from processor import rubrics

    return rubrics.rubric_diff(before, after, out, as_json=as_json)


_libreoffice = click.option("--libreoffice", is_flag=True, help="Các nút trong LibreOffice, không phải trong Excel.")


@cli.group()
def addin() -> None:
    """Các nút CCHC trong Excel: cài, gỡ, xem tình trạng."""


@addin.command("install")
@click.option(
    "--python",
    default=None,
    metavar="TỆP",
    help="Python mà các nút dùng; bỏ trống: Python đang chạy lệnh này (với --to: Python của bộ cài Windows).",
)
@click.option(
    "--to",
    default=None,
    metavar="THƯ_MỤC",
    type=click.Path(path_type=Path),
    help="Chỉ ghi cchc.xlam vào đây, để ký số, phát cho máy khác.",
)
@_libreoffice
@_json
@_command
def addin_install(python: str | None, to: Path | None, libreoffice: bool, as_json: bool) -> int:
    """Cài các nút CCHC vào Excel (hoặc LibreOffice) của người dùng này; không cần quyền quản trị."""
    from addin import commands

    if libreoffice:
        if python or to:
            raise click.UsageError("--libreoffice không đi cùng --python, --to")
        return commands.show_libreoffice_install(as_json=as_json)
    return commands.show_install(python, to, as_json=as_json)


@addin.command("uninstall")
@_libreoffice
@_json
@_command
def addin_uninstall(libreoffice: bool, as_json: bool) -> int:
    """Gỡ các nút CCHC khỏi Excel (hoặc LibreOffice)."""
    from addin import commands

    if libreoffice:
        return commands.show_libreoffice_uninstall(as_json=as_json)
    return commands.show_uninstall(as_json=as_json)


@addin.command("status")
@_libreoffice
@_json
@_command
def addin_status(libreoffice: bool, as_json: bool) -> int:
    """Cho biết các nút đã cài chưa, có đúng bản không, máy có cấm không."""
    from addin import commands

    if libreoffice:
        return commands.show_libreoffice_status(as_json=as_json)
    return commands.show_status(as_json=as_json)


_out_file = click.argument("file", metavar="TỆP.xlsx", type=click.Path(dir_okay=False, path_type=Path))


@rubric.command("new")
@_out_file
@_json
@_command
def rubric_new(file: Path, as_json: bool) -> int:
    """Ghi sổ soạn bộ tiêu chí mới, có mẫu của mọi cách chấm."""
    from processor import rubrics

    return rubrics.rubric_new(file, as_json=as_json)


@rubric.command("export")
@click.argument("target", metavar="MÃ_HOẶC_TỆP")
@_out_file
@_json
@_command
def rubric_export(target: str, file: Path, as_json: bool) -> int:
    """Ghi một bộ tiêu chí thành sổ soạn, để sửa bằng Excel."""
    from processor import rubrics

    return rubrics.rubric_export(target, file, as_json=as_json)


@rubric.command("clone")
@click.argument("target", metavar="MÃ_HOẶC_TỆP")
@_out_file
@click.option("--year", type=click.IntRange(2000, 2199), default=None, metavar="NĂM", help="Năm đánh giá mới; bỏ trống: năm kế tiếp.")
@click.option("--id", "new_id", default=None, metavar="MÃ", help="Mã của bộ mới; bỏ trống: thay năm trong mã cũ.")
@_json
@_command
def rubric_clone(target: str, file: Path, year: int | None, new_id: str | None, as_json: bool) -> int:
    """Bắt đầu bộ tiêu chí của năm sau từ một bộ đã có, trong sổ soạn."""
    from processor import rubrics

    return rubrics.rubric_clone(target, file, year, new_id, as_json=as_json)


@rubric.command("import")
@click.argument("file", metavar="TỆP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", "folder", required=True, metavar="THƯ_MỤC", type=click.Path(file_okay=False, path_type=Path), help="Nơi ghi bộ tiêu chí."
)
@_json
@_command
def rubric_import(file: Path, folder: Path, as_json: bool) -> int:
    """Đọc sổ soạn bộ tiêu chí (hoặc bảng tiêu chí sẵn có, Excel hay Word), nêu từng ô sai; đúng hết thì ghi thành bộ tiêu chí."""
    from processor import rubrics

    return rubrics.rubric_import(file, folder, as_json=as_json)


def main(arguments: Sequence[str] | None = None) -> Any:
    """Runs the command line; the process ends with the exit code."""
    from processor.terminal import use_utf8

    use_utf8()
    return cli(args=list(arguments) if arguments is not None else None, prog_name="cchc")


if __name__ == "__main__":
    main()
