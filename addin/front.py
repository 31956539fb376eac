"""The form in front: the book, the sheets read from it, what was issued. Refuses, in plain words, whatever is not a form to work on."""

from __future__ import annotations

from dataclasses import dataclass

from addin.hosts import Host, Refused
from addin.live import complete, read_book
from processor.checks import Checked, check_workbook, form_of, identity_of
from processor.issued import Issued
from processor.reader import Workbook
from rubric_versions import words
from workbook_templates import layout as at
from workbook_templates.entry_form import guard_rail
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout


@dataclass(frozen=True)
class Front:
    """A form that is open. `data` has the sheets read so far."""

    host: Host
    data: Workbook
    identity: Identity
    form: Issued

    @property
    def layout(self) -> Layout:
        """Where its cells are."""
        return self.form.layout

    @property
    def password(self) -> str:
        """That of its sheets' protection."""
        return guard_rail(self.form.version, self.layout.appendix, self.identity.round)

    @property
    def digest(self) -> str:
        """The mã đối chiếu it bears, "" if it is not closed."""
        value = self.host.book.sheets[words.APPROVAL].range((self.layout.digest_row, at.APPROVAL_VALUE)).value
        return str(value or "")

    def check(self) -> Checked:
        """What the processor finds in the form as it stands in the program. The whole form must have been read."""
        complete(self.data, self.host.book, self.form)
        return check_workbook(self.data, self.host.book.name)


def form_in_front(host: Host, *, whole: bool = False, change: bool = True) -> Front:
    """The form in the book of the host, read whole or only as far as its identity.

    Raises Refused for a book that is not a form of ours, and, where it is to be changed, for one that is read-only.
    """
    name = host.book.name
    names = [sheet.name for sheet in host.book.sheets]
    if words.META not in names:
        raise Refused("not-a-form", name=name)
    if change and host.is_read_only():
        raise Refused("read-only", name=name)
    data = read_book(host.book, host, () if whole else (words.META,))
    identity, _ = identity_of(data)
    if identity is None or identity.kind != "entry_form":
        raise Refused("not-a-form", name=name)
    form, _ = form_of(data, identity, None)
    if form is None:
        raise Refused("not-readable", name=name)
    for sheet in (words.SCORING, words.EVIDENCE, words.CHECK, words.APPROVAL):
        if sheet not in names:
            raise Refused("sheet-missing", sheet=sheet)
    return Front(host, data, identity, form)
