"""The office's key and the program's release: what still holds when one is lost or the other is changed.

Sources: design.md, Keys ("losing it has a documented way out") and Ledger ("`cchc verify` proves it"); docs/lost-key.md.
"""

from __future__ import annotations

import shutil

import pytest

from processor import verifying
from processor.appraisal_books import identity_of_book, template_of
from processor.keys import OfficeKey
from processor.taking import is_ours, take
from rubric_versions.findings import CATALOGUE
from tests.folders import APPRAISING, CENTRAL, UNITS, Folder
from workbook_templates.appraisal_book import Filled
from workbook_templates.book import Written


def lose_key(folder: Folder) -> None:
    """Nothing; the office's key is gone from the machine."""
    shutil.rmtree(folder.keys)
    folder.keys.mkdir()


def test_without_the_key_returns_are_still_proved_by_the_ledger(folder: Folder) -> None:
    lose_key(folder)
    folder.drop_all()
    ran = folder.json("receive")
    assert (ran.code, {row["verdict"] for row in ran.json["received"]}) == (0, {"accepted"})


def test_without_the_key_a_seal_the_ledger_does_not_know_is_refused(folder: Folder) -> None:
    lose_key(folder)
    identity = folder.identities[UNITS[0]]
    folder.identities[UNITS[0]] = identity.sealed("0" * 64)
    folder.drop("SNV.xlsx", folder.form(UNITS[0]))
    ran = folder.json("receive")
    assert ran.code == 1
    assert "identity-seal" in ran.codes


def test_without_the_key_filled_books_are_taken_in_ranked_and_verified(received: Folder) -> None:
    assert received.run("appraise", now=APPRAISING).code == 0
    received.fill_books()
    received.fill_central()
    lose_key(received)
    assert received.json("appraise", now=CENTRAL).json["taken"] > 0
    assert received.json("rank", now=CENTRAL).code == 0
    assert received.json("verify", now=CENTRAL).json["holds"]


def test_without_the_key_nothing_new_is_sealed_until_it_is_renewed(received: Folder) -> None:
    lose_key(received)
    assert received.json("appraise", now=APPRAISING).codes == ["key-missing"]
    renewed = received.json("renew-key", "--reason", "hỏng ổ cứng", now=APPRAISING)
    assert renewed.code == 0
    assert (received.keys / f"{renewed.json['key']}.khoa").is_file()
    assert received.events("key")[-1].data["reason"] == "hỏng ổ cứng"
    assert received.json("appraise", now=APPRAISING).code == 0


def test_a_renewed_key_issues_no_form_anew_but_seals_a_changed_one(folder: Folder) -> None:
    lose_key(folder)
    new_key = folder.json("renew-key", "--reason", "mất").json["key"]
    again = folder.json("issue")
    assert (again.json["written"], again.json["unchanged"]) == ([], len(UNITS))
    folder.rename(UNITS[0], "Sở Nội vụ (tên mới)")
    assert len(folder.json("issue").json["written"]) == 1
    last = folder.events("issued")[-1].data
    assert (last["serial"], last["key"]) == (2, new_key)
    folder.seal_again()
    folder.drop_all()
    assert folder.json("receive").code == 0


def test_a_reason_is_asked_for(folder: Folder) -> None:
    assert folder.run("renew-key", "--reason", "  ").code == 2


def test_a_book_that_another_release_draws_differently_is_a_warning_not_an_alarm(
    appraised: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert appraised.json("rank", now=CENTRAL).code == 0
    assert appraised.json("verify", now=CENTRAL).codes == []
    monkeypatch.setattr(verifying, "written_of", lambda *_: Written(b"", "another drawing"))
    same_release = appraised.json("verify", now=CENTRAL)
    assert (same_release.code, set(same_release.codes)) == (1, {"record-book"})
    monkeypatch.setattr(verifying, "VERSION", "9.9.9")
    later_release = appraised.json("verify", now=CENTRAL)
    assert (later_release.code, set(later_release.codes)) == (0, {"record-other-release"})


def test_what_is_left_to_appraise_is_told_by_unit_once_a_council_has_begun(received: Folder) -> None:
    """The finding "appraisal-hole" is shown by `appraise` as soon as some points came in, and not before."""
    words = CATALOGUE["appraisal-hole"].what.split("{")[0]
    assert words not in received.run("appraise", now=APPRAISING).out
    received.fill_books({(UNITS[0], "1.1.1"): Filled(None, "")})
    out = received.run("appraise", now=CENTRAL).out
    assert out.count(words) == 1
    assert "còn 1 tiêu chí" in out


def test_books_sealed_by_a_stranger_are_not_ours(appraised: Folder) -> None:
    """A book with a right-looking identity but another key's seal is refused: the ledger knows the seal it made."""
    with appraised.desk(CENTRAL) as desk:
        made = next(iter(desk.record().books.values()))
        desk.key = OfficeKey(b"0" * 32)
        identity = identity_of_book(template_of(desk, made))
        assert is_ours(desk, identity)
        assert not is_ours(desk, identity.sealed("f" * 64))
        take(desk)
