"""Issuing: one sealed form for each unit, the same bytes every time it is made; a form is issued anew only when it must differ.

Writes `01_bieu_mau_gui_di/`, nothing else there. Knows nothing of what comes back.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from processor import keys
from processor.desk import FORMS, Blocked, Desk, need_key
from processor.executors import Runner, processes
from processor.files import BAD_ZIP, ascii_name, write_many
from processor.ledger import Draft
from processor.record import FormIssued
from processor.reopening import answers_before, earlier_of
from rubric_versions.answers import Answers
from rubric_versions.findings import errors
from rubric_versions.lint import lint
from rubric_versions.model import RubricVersion
from workbook_templates.book import write_book
from workbook_templates.earlier import Earlier
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of
from workbook_templates.package import digest_of
from workbook_templates.stamping import Base, Stamped

Tick = Callable[[int], None]

BATCH = 128
"""Forms written, and then told in the ledger, at a time."""


def parts_digest(data: bytes) -> str:
    """SHA-256 over the parts of a workbook by name: the same for the same parts, however a zip library packed them.

    No part is inflated as a whole: a sheet of a ranking of 12,000 units has 140 MB.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {}
        for name in package.namelist():
            digest = hashlib.sha256()
            with package.open(name) as part:
                while some := part.read(1 << 20):
                    digest.update(some)
            parts[name] = digest.digest()
    return digest_of(parts)


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
    first = {appendix.tier: layout_of(appendix).fingerprint for appendix in version.appendices}
    record = desk.record()
    theirs = {unit.code for council in record.delegated for unit in campaign.units_of_council(council)}
    made = []
    for unit in campaign.units:
        if unit.code in theirs:  # a district with a start package issues these
            continue
        last = record.forms.get((unit.code, str(round_number)))
        earlier = earlier_of(desk, unit.code, round_number)
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
            first[unit.tier] if earlier is None else layout_of(version.appendix_for(unit.tier), earlier).fingerprint,
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


def issue(desk: Desk, round_number: int = 1, *, tick: Tick = lambda _: None, run: Runner = processes) -> Issue:
    """Forms for every unit, those already issued and still in place left alone. Raises Blocked where the version has lint errors.

    Forms of a first round are stamped from one base; those of a further round hold each unit's own answers and are written one by one.

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
    made = _Making(desk, round_number, todo, run)
    for start in range(0, len(todo), BATCH):
        some = todo[start : start + BATCH]
        files = [form_name(one) for one in some]
        digests: list[str] = []
        write_many(_told(zip([desk.path(FORMS, file) for file in files], made.forms(some), strict=True), digests))
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
                    "digest": digest,
                },
            )
            for identity, file, digest in zip(some, files, digests, strict=True)
            if record.seals.get(identity.form_id) != identity.seal
        )
        written += files
        tick(len(some))
    return Issue(tuple(written), len(wanted) - len(todo))


def _told(forms: Iterable[tuple[Path, Stamped]], digests: list[str]) -> Iterator[tuple[Path, bytes]]:
    """The forms as files, their digests taken down."""
    for path, form in forms:
        digests.append(form.digest)
        yield path, form.data


class _Making:
    """Forms of a round being made: of the first, stamped from one base for each tier; of a further one, each written with its answers."""

    def __init__(self, desk: Desk, round_number: int, todo: Sequence[Identity], run: Runner) -> None:
        self._desk, self._round, self._run = desk, round_number, run
        tiers = {one.tier: desk.version.appendix_for(one.tier) for one in todo} if round_number == 1 else {}
        self._bases = {tier: Base(desk.version, appendix, str(round_number)) for tier, appendix in tiers.items()}

    def forms(self, some: Sequence[Identity]) -> Iterator[Stamped]:
        """The forms of these identities, in order, each made when it is asked for."""
        if self._round == 1:
            return (self._bases[one.tier].stamped(one) for one in some)
        desk, number = self._desk, self._round
        items = [(one, earlier_of(desk, one.unit, number), answers_before(desk, one.unit, number)) for one in some]
        return (Stamped(data, parts_digest(data)) for data in self._run(_write_again, desk.version, items))


def _write_again(version: RubricVersion, item: tuple[Identity, Earlier | None, Answers | None]) -> bytes:
    identity, earlier, answers = item
    return write_book(EntryForm(version, version.appendix_for(identity.tier), identity, answers, earlier=earlier).book())


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
