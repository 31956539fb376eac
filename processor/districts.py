"""Start packages: what a city hands a district that scores its own units, made here and opened here (Cần Thơ 2018, Điều 5.4, 9.1).

A package is one zip: the district's campaign workbook, the version, and a key derived from the city's, with which the district seals its
forms and its result book; the city derives it anew and so needs no copy of it. Whoever holds a package can seal in the district's name: it
is never written into the campaign folder.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from processor import keys
from processor.campaign import Campaign, campaign_to_book, read_campaign
from processor.clock import Clock
from processor.desk import CAMPAIGN_FILE, Blocked, Desk, Parent, create, need_key
from processor.files import BAD_ZIP, ascii_name, make_folder, read_whole, sha256_of, write_atomic
from processor.issuing import parts_digest
from rubric_versions import catalog
from rubric_versions.catalog import BadVersion
from rubric_versions.findings import errors, finding
from rubric_versions.lint import lint
from rubric_versions.model import RubricVersion, canonical_json
from workbook_templates.book import write_book
from workbook_templates.campaign_book import CODE_LIMIT, Unit

MANIFEST, VERSION_FILE, KEY_FILE, READ_ME = "goi.json", "bo_tieu_chi.json", "khoa.txt", "DOC_TRUOC_KHI_MO.txt"
LARGEST = 20 * 1024 * 1024
"""Most bytes of a package, and of each thing in it."""
_STAMP = (2000, 1, 1, 0, 0, 0)  # no moment: the same package is the same bytes
_TEXT = """\
GÓI KHỞI TẠO ĐỢT ĐÁNH GIÁ CẢI CÁCH HÀNH CHÍNH

Nơi lập: {organiser}
Nơi dùng: {district}
Đợt: {title}

Gói này chứa khóa niêm phong của {district}: ai có gói đều có thể lập biểu mẫu, sổ kết quả mang danh cơ quan.
- Chỉ giao cho người phụ trách của Phòng Nội vụ; không chuyển tiếp, không đưa lên mạng.
- Không giải nén, không sửa tệp bên trong.
- Mở bằng lệnh: cchc new THƯ_MỤC_MỚI --from {file}
"""


@dataclass(frozen=True, slots=True)
class Package:
    """One package as made: whose, its file's name, how many units, and whether the record knew the very same before."""

    council: str
    file: str
    units: int
    unchanged: bool


def district_key(key: keys.OfficeKey, campaign: str, council: str) -> keys.OfficeKey:
    """The key of a district in one campaign of the city whose key is given."""
    return keys.derive(key, f"{campaign}/{council}")


def make_packages(desk: Desk, councils: Iterable[str], out: Path) -> list[Package]:
    """A package in `out` for each of the units named, or for every unit whose council appraises a block; each told in the ledger.

    From then on the city issues no forms to those units and waits for the district's result book. Raises Blocked for a unit that appraises
    nobody, for units that have forms of the city already, and for a folder inside the campaign's.
    """
    if out.resolve().is_relative_to(desk.folder.resolve()):
        raise Blocked([finding("package-inside", file=str(out))])
    campaign = desk.campaign
    names = {unit.code: unit for unit in campaign.units}
    wanted = list(dict.fromkeys(councils)) or [council for council in campaign.councils if council]
    found = []
    for council in wanted:
        if council not in names:
            found.append(finding("unit-not-found", value=council))
        elif not campaign.units_of_council(council):
            found.append(finding("package-nobody", unit=names[council].name))
        else:
            has_form = [unit for unit in campaign.units_of_council(council) if any(one == unit.code for one, _ in desk.record().forms)]
            if has_form:
                found.append(finding("package-issued", unit=names[council].name, count=len(has_form), first=has_form[0].name))
    if not wanted:
        found.append(finding("package-nobody", unit=campaign.organiser))
    if found:
        raise Blocked(found)
    key = need_key(desk)
    make_folder(out)
    return [_make(desk, names[council], key, out) for council in wanted]


def _make(desk: Desk, district: Unit, key: keys.OfficeKey, out: Path) -> Package:
    campaign = district_campaign(desk.campaign, district, desk.version)
    own = district_key(key, desk.campaign.code, district.code)
    data = packed(desk.campaign, campaign, district, desk.version, own)
    file = package_name(district)
    write_atomic(out / file, data, mode=0o600)
    told = {
        "campaign": campaign.code,
        "units": [unit.code for unit in campaign.units],
        "key": own.id,
        "from_key": key.id,
        "file": file,
        "digest": parts_digest(data),
    }
    before = desk.record().delegated.get(district.code)
    unchanged = before is not None and dict(before.data) == told
    if not unchanged:
        desk.ledger.append("delegated", at=desk.clock.now(), actor=desk.actor, unit=district.code, data=told)
    return Package(district.code, file, len(campaign.units), unchanged)


def recall(desk: Desk, councils: Iterable[str], reason: str) -> list[str]:
    """The units whose packages are called back, told in the ledger with the reason: the city scores their units itself, from forms on.

    Result books they sent count no more, and stay. Raises Blocked for a unit that was given no package.
    """
    wanted = list(dict.fromkeys(councils))
    given = desk.record().delegated
    found = [finding("package-not-given", value=council) for council in wanted if council not in given]
    if found or not wanted:
        raise Blocked(found or [finding("package-not-given", value="")])
    for council in wanted:
        desk.ledger.append("recalled", at=desk.clock.now(), actor=desk.actor, unit=council, data={"reason": reason})
    return wanted


def package_name(district: Unit) -> str:
    """The file name of a district's package."""
    return f"goi_khoi_tao_{district.code}_{ascii_name(district.name)[:40]}.zip"


def district_campaign(campaign: Campaign, district: Unit, version: RubricVersion) -> Campaign:
    """The campaign that a district runs: its own units and blocks, which its own council appraises, everything else as in the city's."""
    units = campaign.units_of_council(district.code)
    codes = {unit.code for unit in units}
    code = f"{campaign.code[: max(2, CODE_LIMIT - 1 - len(district.code))]}-{district.code.lower()}"[:CODE_LIMIT]
    return replace(
        campaign,
        code=code,
        organiser=district.name,
        council=version.labels.council,
        signer_title="",
        signer="",
        blocks=tuple(replace(block, council="") for block in campaign.blocks if block.council == district.code),
        units=tuple(replace(unit, parent=unit.parent if unit.parent in codes else "") for unit in units),
        central={place: raws for place, raws in campaign.central.items() if place[0] in codes},
        deductions=tuple(case for case in campaign.deductions if case.unit in codes),
        renamed=tuple(one for one in campaign.renamed if one.unit in codes),
        overall=False,
        offices=(),
        assigned={},
    )


def packed(parent: Campaign, campaign: Campaign, district: Unit, version: RubricVersion, key: keys.OfficeKey) -> bytes:
    """The bytes of a package, the same each time: its contents, and a manifest over them sealed by the district's own key."""
    file = package_name(district)
    contents = {
        READ_ME: _TEXT.format(organiser=parent.organiser, district=district.name, title=parent.title, file=file)
        .replace("\n", "\r\n").encode("utf-8-sig"),
        CAMPAIGN_FILE: write_book(campaign_to_book(campaign, version)),
        VERSION_FILE: version.canonical().encode("utf-8"),
        KEY_FILE: key.secret.hex().encode("ascii"),
    }  # fmt: skip
    manifest: dict[str, Any] = {
        "parent": {"campaign": parent.code, "title": parent.title, "organiser": parent.organiser, "unit": district.code},
        "version": version.digest,
        "contents": {name: sha256_of(data) for name, data in contents.items()},
    }
    manifest["seal"] = keys.seal(key, canonical_json(manifest).encode("utf-8"))
    contents[MANIFEST] = canonical_json(manifest).encode("utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(contents):
            package.writestr(zipfile.ZipInfo(name, _STAMP), contents[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@dataclass(frozen=True)
class Opened:
    """What a package holds, proved whole."""

    campaign: Campaign
    version: RubricVersion
    key: keys.OfficeKey
    parent: Parent


def open_package(data: bytes, file: str) -> Opened:
    """What is in a package. Raises Blocked for whatever is no package of ours, or not as it was made."""
    contents = _contents(data, file)
    try:
        manifest = json.loads(contents[MANIFEST])
        key = keys.OfficeKey(bytes.fromhex(contents[KEY_FILE].decode("ascii")))
        seal = manifest.pop("seal")
        whole = keys.sealed(key, canonical_json(manifest).encode("utf-8"), seal)
        whole = whole and manifest["contents"] == {name: sha256_of(one) for name, one in contents.items() if name != MANIFEST}
        version = catalog.from_json(contents[VERSION_FILE].decode("utf-8"))
        parent = Parent(**manifest["parent"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, BadVersion):
        raise _not_ours(file) from None
    if not whole or version.digest != manifest["version"]:
        raise Blocked([finding("package-altered", file=file)])
    campaign, found = read_campaign(contents[CAMPAIGN_FILE], f"{file}/{CAMPAIGN_FILE}", lambda _: version)
    if campaign is None or errors(found):
        raise Blocked(found)
    return Opened(campaign, version, key, parent)


def _contents(data: bytes, file: str) -> Mapping[str, bytes]:
    """The five things in a package, bounded. Raises Blocked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            names = sorted(info.filename for info in infos)
            if names != sorted((MANIFEST, VERSION_FILE, KEY_FILE, READ_ME, CAMPAIGN_FILE)) or any(one.file_size > LARGEST for one in infos):
                raise _not_ours(file)
            return {info.filename: package.read(info) for info in infos}
    except BAD_ZIP:
        raise _not_ours(file) from None


def _not_ours(file: str) -> Blocked:
    return Blocked([finding("package-unreadable", file=file)])


def start(folder: Path, package: Path, clock: Clock) -> tuple[Campaign, keys.OfficeKey]:
    """A district's campaign folder made of its package, its key put with this machine's keys. Raises Blocked."""
    data = read_whole(package) if package.stat().st_size <= LARGEST else b""
    opened = open_package(data, package.name)
    faults = errors(lint(opened.version))
    if faults:
        raise Blocked(faults)
    return opened.campaign, create(folder, opened.campaign, opened.version, clock, key=opened.key, parent=opened.parent)
