"""`python -m tests.kept`: writes this release's folder, as if by another release: looks may change, what was recorded may not be lost."""

from __future__ import annotations

import os
import random
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from unittest import mock

import processor

RELEASE = processor.VERSION
processor.VERSION = f"{RELEASE}.giu"  # before the modules below take it over

from processor import demo  # noqa: E402
from processor.campaign import campaign_to_book, new_campaign  # noqa: E402
from processor.clock import FixedClock, parse_moment  # noqa: E402
from processor.desk import CAMPAIGN_FILE, INBOX, create, open_desk  # noqa: E402
from processor.issuing import identities, issue  # noqa: E402
from processor.keys import FOLDER_VARIABLE  # noqa: E402
from rubric_versions.methods.base import Raw  # noqa: E402
from rubric_versions.model import RubricVersion  # noqa: E402
from tests import folders, kept  # noqa: E402
from workbook_templates.book import write_book  # noqa: E402


def make(target: Path) -> None:
    """Writes a folder in which two units of three have sent their returns, the council has appraised and the results stand."""
    version = RubricVersion.model_validate(kept.VERSION)
    folder = folders.Folder(target / kept.FOLDER, target / kept.KEYS, {})
    campaign = new_campaign(version, code="dot-cu", units=kept.UNITS, blocks=[{"code": "khoi", "name": "Khối xã"}])
    clock = FixedClock(parse_moment(folders.OPENING))
    create(folder.path, campaign, version, clock)
    with open_desk(folder.path, clock) as desk:
        issue(desk)
        made = {one.unit: one for one in identities(desk, 1)}
    for unit, identity in made.items():
        answers = demo.plausible(version.appendices[0], random.Random(unit), 1.0)
        path = target / kept.RETURN if unit == kept.UNITS[-1]["code"] else folder.path / INBOX / f"{unit}.xlsx"
        path.write_bytes(demo.fill(version, demo.Filling(identity, answers)))
    _run(folder, "receive", folders.IN_TIME)
    _run(folder, "appraise", folders.APPRAISING)
    folder.fill_books()
    figures: Mapping[str, tuple[Raw, ...]] = {"1.9": (Decimal(90),), "1.10": (Decimal(9), Decimal(1))}
    central = {(unit, code): raws for unit in made for code, raws in figures.items()}
    (folder.path / CAMPAIGN_FILE).write_bytes(write_book(campaign_to_book(replace(campaign, central=central), version)))
    for command in ("appraise", "rank", "verify"):
        _run(folder, command, folders.CENTRAL)


def _run(folder: folders.Folder, command: str, now: str) -> None:
    ran = folder.run(command, now=now)
    assert ran.code == 0, ran.out + ran.err


def main() -> None:
    """The archive, without what can be made again."""
    archive = kept.HERE / f"{RELEASE}.tar.xz"
    left_out = ("01", "02", "04", "so_theo_doi.xlsx")
    with tempfile.TemporaryDirectory() as made:
        variables = {FOLDER_VARIABLE: str(Path(made) / kept.KEYS), "CCHC_ACTOR": "can-bo"}
        with mock.patch.dict(os.environ, variables):
            make(Path(made))
        with tarfile.open(archive, "w:xz") as packed:
            for path in sorted(Path(made).rglob("*")):
                name = path.relative_to(made).as_posix()
                if path.is_file() and not name.removeprefix(f"{kept.FOLDER}/").startswith(left_out):
                    packed.add(path, name)
    print(f"{archive}: {archive.stat().st_size} byte")


main()
