"""Issuing: one sealed form for each unit, the same bytes every time it is made; a form is issued anew only when it must differ.

Writes `01_bieu_mau_gui_di/`, nothing else there. Knows nothing of what comes back.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from processor import keys
from processor.desk import FORMS, Blocked, Desk, need_key
from processor.files import BAD_ZIP, ascii_name, write_many
from processor.ledger import Draft
from processor.record import FormIssued
from rubric_versions.findings import errors
from rubric_versions.lint import lint
from rubric_versions.model import RubricVersion
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of
from workbook_templates.package import digest_of
from workbook_templates.stamping import Base

Tick = Callable[[int], None]

BATCH = 64
"""Forms written, and then told in the ledger, at a time."""


def parts_digest(data: bytes) -> str:
    """SHA-256 over the parts of a workbook by name: the same for the same parts, however a zip library packed them."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return digest_of({name: hashlib.sha256(package.read(name)).digest() for name in package.namelist()})


def parts_digest_or_none(data: bytes) -> str | None:
    """The digest of a workbook's parts, None where they cannot be read."""
    try:
        return parts_digest(data)
    except BAD_ZIP:
        return None


@dataclass(frozen=True, slots=True)
class Issue:
    """What `issue` did: forms written now, and those that were there already."""

    written: tuple[str, ...]
    unchanged: int


def identities(desk: Desk, round_number: int) -> list[Identity]:
    """The sealed identity of every unit's form for a round: the one it was issued with while nothing of it changed, else the next serial's.

    A new key of the office alone does not make a form another: its seal is in the ledger.
    """
    campaign, version = desk.campaign, desk.version
    layouts = {appendix.tier: layout_of(appendix).fingerprint for appendix in version.appendices}
    record = desk.record()
    theirs = {unit.code for council in record.delegated for unit in campaign.units_of_council(council)}
    made = []
    for unit in campaign.units:
        if unit.code in theirs:  # a district with a start package issues these
            continue
        last = record.forms.get((unit.code, str(round_number)))
        identity = Identity(
            "entry_form",
            campaign.code,
            campaign.title,
            campaign.organiser,
            unit.code,
            unit.name,
            unit.tier,
            version.id,
            version.digest,
            layouts[unit.tier],
            str(round_number),
            str(last.serial if last else 1),
            last.key if last else need_key(desk).id,
        )
        if last is not None and identity.form_id == last.form_id:
            made.append(identity.sealed(last.seal))
            continue
        key = need_key(desk)
        identity = replace(identity, serial=str(last.serial + 1 if last else 1), key=key.id)
        made.append(identity.sealed(keys.seal(key, identity.message())))
    return made


def issue(desk: Desk, round_number: int = 1, *, tick: Tick = lambda _: None) -> Issue:
    """Forms for every unit, those already issued and still in place left alone. Raises Blocked where the version has lint errors.

    Killed midway, it goes on where it was: what is not in the ledger is not issued, what is in the ledger and not on the disk is made
    again with the same bytes.
    """
    faults = errors(lint(desk.version))
    if faults:
        raise Blocked(faults)
    record = desk.record()
    wanted = identities(desk, round_number)
    todo = [one for one in wanted if not _in_place(desk, record.forms.get((one.unit, one.round)), one)]
    tick(len(wanted) - len(todo))
    written = []
    tiers = {one.tier: desk.version.appendix_for(one.tier) for one in todo}
    bases = {tier: Base(desk.version, appendix, str(round_number)) for tier, appendix in tiers.items()}
    for start in range(0, len(todo), BATCH):
        some = todo[start : start + BATCH]
        stamped = [bases[one.tier].stamped(one) for one in some]
        files = [form_name(one) for one in some]
        write_many([(desk.path(FORMS, file), form.data) for file, form in zip(files, stamped, strict=True)])
        desk.ledger.append_many(
            Draft(
                "issued",
                at=desk.clock.now(),
                actor=desk.actor,
                unit=identity.unit,
                data={
                    "round": identity.round,
                    "serial": int(identity.serial),
                    "form_id": identity.form_id,
                    "seal": identity.seal,
                    "key": identity.key,
                    "file": file,
                    "digest": form.digest,
                },
            )
            for identity, file, form in zip(some, files, stamped, strict=True)
            if record.seals.get(identity.form_id) != identity.seal
        )
        written += files
        tick(len(some))
    return Issue(tuple(written), len(wanted) - len(todo))


def _in_place(desk: Desk, last: FormIssued | None, identity: Identity) -> bool:
    return last is not None and last.seal == identity.seal and (desk.folder / FORMS / last.file).is_file()


def form_name(identity: Identity) -> str:
    """The file name of a form: the unit's code first, plain ASCII, short; only ever a convenience."""
    again = f"_cap{identity.serial}" if identity.serial != "1" else ""
    return f"{identity.unit}_{ascii_name(identity.unit_name)[:40]}_lan{identity.round}{again}.xlsx"


def blank_forms(version: RubricVersion) -> Sequence[tuple[str, bytes]]:
    """A form of each appendix that belongs to nobody, to look at and to try: file name and bytes."""
    made = []
    for appendix in version.appendices:
        identity = Identity(
            "entry_form",
            f"mau-{version.id}",
            "Bản mẫu",
            version.issuer,
            "mau",
            "(tên cơ quan, đơn vị)",
            appendix.tier,
            version.id,
            version.digest,
            layout_of(appendix).fingerprint,
            "1",
            "1",
        )
        made.append((f"{version.id}_phu_luc_{ascii_name(appendix.number)}.xlsx", Base(version, appendix).stamp(identity)))
    return made
