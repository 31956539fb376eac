"""The table of bad input: every case with what is told of it, what each costs, and the page in docs made from it.

    python -m tests.bad_input            what each file costs to read and check: seconds of the processor, megabytes
    python docs/make_bad_input.py        writes docs/bad-input.md

Files are made from a form in good order when they are wanted, never kept.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from processor.checks import check_bytes
from tests.bad_bytes import BYTES
from tests.bad_case import BadInput
from tests.bad_costly import COSTLY
from tests.bad_forms import FORMS
from tests.forms import Form, filled

CASES: tuple[BadInput, ...] = (*BYTES, *FORMS)
SECONDS, MEGABYTES = 2.0, 300.0
"""What any file may cost at most on a machine of two cores: issue 5."""


@dataclass(frozen=True)
class Place:
    """Something odd about where a file lies or what the machine does: what happens, the code told, the test that shows it."""

    what: str
    happens: str
    code: str
    shown: str


_LOOKED_OVER = "test_intake.test_locks_leftovers_links_and_folders_are_passed_over_and_told"
PLACES: tuple[Place, ...] = (
    Place("lock files of Excel and LibreOffice, temporary files, Thumbs.db", "passed over and told", "return-skipped", _LOOKED_OVER),
    Place("a folder named x.xlsx", "what lies in it is read", "", _LOOKED_OVER),
    Place("symbolic links, dead ones too", "passed over and told, never followed", "return-skipped", _LOOKED_OVER),
    Place("a pipe, a device", "never opened", "return-skipped", "test_intake.test_a_pipe_is_no_file_to_read"),
    Place("a file we may not read", "told; the others are received", "no-permission",
          "test_intake.test_a_file_we_may_not_read_is_told_and_the_others_are_received"),
    Place("names of 250 characters, ill-formed, in NFD, with line ends", "received like any other", "",
          "test_bad_places.test_files_of_any_name_are_received_and_answered"),
    Place("a file still being copied", "left for the next look", "return-unfinished",
          "test_arrivals.test_a_file_another_program_is_still_writing_is_left_and_said_so"),
    Place("a file over 512 MiB", "told and left where it lies", "file-too-large", "test_bad_places.test_a_file_of_a_gigabyte_is_not_read"),
    Place("a zip of returns, with folders and evidence", "opened", "",
          "test_intake.test_a_zip_of_returns_is_opened_evidence_and_all"),
    Place("a zip within a zip", "kept, not opened", "return-zip-inside",
          "test_arrivals.test_a_zip_within_a_zip_has_its_verdict_and_is_not_opened"),
    Place("a zip that inflates far beyond its size, has too many files, a password, damage", "kept, not opened", "file-too-large",
          "test_arrivals.test_a_zip_that_inflates_far_beyond_its_size_is_not_unpacked"),
    Place("a form named .pdf or .docx", "read as the form it is", "", "test_arrivals.test_a_workbook_named_as_a_document_is_a_return"),
    Place("a file that kills or hangs its reader", "its own verdict; the others go on", "return-reader-failed",
          "test_isolation.test_a_return_that_takes_its_reader_along_costs_only_its_own_verdict"),
    Place("a disk that fills up, at whatever write", "exit code 3; run again, the end is the same", "disk-full",
          "test_bad_places.test_a_disk_that_fills_up_anywhere_loses_nothing"),
    Place("the ledger locked by another process", "exit code 3 after ten seconds; run again", "ledger-busy",
          "test_bad_places.test_a_ledger_in_another_programs_hands_is_waited_for_and_told"),
    Place("the clock set back", "nothing is done", "clock-behind",
          "test_bad_places.test_a_clock_that_was_set_back_stops_every_command_that_writes"),
    Place("texts beginning = + - @, tab, line end, HYPERLINK, DDE, addresses, wherever people outside or clerks can put one",
          "text in every workbook made: no formula, rule, name or link has any of it", "",
          "test_texts_from_outside.test_no_text_from_outside_acts_in_any_workbook_of_a_city_and_its_district"),
    Place("killed at any point", "run again, the end is that of one clean run", "",
          "test_kill.test_killed_anywhere_and_run_again_the_end_is_the_same"),
    Place("two receivers at once", "the end is that of one", "", "test_kill.test_two_that_receive_at_once_end_as_one"),
    Place("saved anew by LibreOffice as .xlsx, by way of .ods and of .xls, then by openpyxl", "accepted, the same digest", "",
          "test_checks_saved.test_a_form_that_went_through_other_programs_is_accepted_as_it_was"),
    Place("mistakes in a form saved anew by them", "the same findings", "",
          "test_checks_saved.test_a_form_with_mistakes_that_went_through_other_programs_has_the_same_mistakes"),
    Place("filled in LibreOffice", "the answers as typed", "",
          "test_checks_saved.test_a_blank_form_filled_and_saved_in_libreoffice_gives_the_answers_and_the_scores_of_the_form"),
    Place("widths, filter, zoom, print area changed; saved by LibreOffice, shared and array formulas of its own making", "accepted", "",
          "test_bad_places.test_a_form_whose_looks_were_changed_in_libreoffice_is_accepted"),
)  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What one file costs: seconds of the processor, and megabytes of memory at the highest, Python and the program included."""

    name: str
    seconds: float
    megabytes: float
    verdict: str


def makers() -> list[tuple[str, Callable[[Form], list[bytes]]]]:
    """What makes the files, by name: every case of the table, and every dear file."""
    return [*((case.id, case.files) for case in CASES), *((name, partial(_alone, make)) for name, make in COSTLY.items())]


def _alone(make: Callable[[Form], bytes], form: Form) -> list[bytes]:
    return [make(form)]


def costs(wanted: Collection[str] = ()) -> Iterator[Cost]:
    """What each file costs, of all or of the cases named; each is made in one process and read in another (POSIX only)."""
    form = filled()
    check_bytes(form.data, "a.xlsx")  # what every run of the program has paid once
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case, make in makers():
            if wanted and case not in wanted:
                continue
            _in_child(partial(_made, folder, make, form))
            for path in sorted(folder.iterdir()):
                told = json.loads(_in_child(partial(_measured, path)))
                yield Cost(f"{case} {path.name}", *told)
                path.unlink()


def _made(folder: Path, make: Callable[[Form], list[bytes]], form: Form) -> str:
    for turn, data in enumerate(make(form)):
        (folder / f"{turn:02}").write_bytes(data)
    return ""


def _measured(path: Path) -> str:
    import resource  # noqa: PLC0415  (there is none on Windows)

    data = path.read_bytes()
    started = time.process_time()
    verdict = check_bytes(data, "a.xlsx").verdict.value
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return json.dumps([seconds, peak, verdict])


def _in_child(work: Callable[[], str]) -> str:
    """What the work says, done in a forked process."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads: the child only runs our own code
        child = os.fork()
    if child == 0:
        try:
            os.write(writing, work().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return told


def main() -> None:
    """Prints what every file costs, the dearest first, and whether all keep within the limits."""
    found = sorted(costs(sys.argv[1:]), key=lambda one: -one.seconds)
    for one in found:
        print(f"{one.seconds:6.2f} s {one.megabytes:6.0f} MB  {one.verdict:9} {one.name}")
    slowest, largest = max(one.seconds for one in found), max(one.megabytes for one in found)
    print(f"{len(found)} files: at most {slowest:.2f} s of {SECONDS:g}, {largest:.0f} MB of {MEGABYTES:g}")


if __name__ == "__main__":
    main()
