"""What would keep VBA of ours from compiling or running in some Excel, found without Excel, which compiles it only as it opens it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

LINE_LIMIT, CONTINUATIONS = 1023, 24  # VBA's own limits
WORDS = frozenset(
    (
        *("and", "as", "boolean", "byref", "byval", "call", "const", "dim", "do", "each", "else", "elseif", "end", "error", "exit"),
        *("explicit", "false", "for", "function", "get", "goto", "if", "in", "is", "let", "like", "long", "loop", "mod", "new", "next"),
        *("not", "nothing", "object", "on", "option", "optional", "or", "private", "property", "public", "resume", "set", "static"),
        *("string", "sub", "then", "to", "true", "until", "wend", "while", "with", "xor"),
    )
)
HOST = frozenset(("activeworkbook", "application", "applescripttask", "chr", "cstr", "createobject", "err", "left", "len", "msgbox"))
HOST |= {"thisworkbook", "vblf"}
"""VBA's library, Excel's globals, and one function of the Mac's Excel."""

CLOSED_BY = {"sub": "end sub", "function": "end function", "if": "end if", "with": "end with", "do": "loop"}
_PROCEDURE = re.compile(r"(?:(?:public|private) )?(sub|function) (\w+)\((.*?)\)", re.IGNORECASE)
_DECLARED = re.compile(r"(?:dim|private|public|const|static) (\w+) as (?:new )?(\w+)", re.IGNORECASE)
_NAME = re.compile(r"(?<![.\w])[A-Za-z_]\w*")


def complaints(sources: Mapping[str, str]) -> list[str]:
    """What is wrong with the modules of one project, each as "Module:line: what"; their names see each other."""
    shared = {found[2].lower() for text in sources.values() for found in _PROCEDURE.finditer(text)}
    return [f"{name}:{number}: {what}" for name, text in sources.items() for number, what in _module(text, shared)]


def evaluated(source: str, *, mac: bool) -> str:
    """The source with its `#If Mac` decided."""
    kept, taken = [], [True]
    for line in source.splitlines():
        word = line.strip().lower()
        if word == "#if mac then":
            taken.append(mac)
        elif word == "#else":
            taken[-1] = not taken[-1]
        elif word == "#end if":
            taken.pop()
        elif all(taken):
            kept.append(line)
    return "\r\n".join([*kept, ""])


def _module(text: str, shared: set[str]) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.isascii():
            yield number, "not ASCII"
        if len(line) > LINE_LIMIT:
            yield number, "line too long"
    if "Option Explicit" not in lines:
        yield 1, "no Option Explicit"
    statements = list(_statements(lines))
    yield from _too_many_continuations(lines)
    yield from _blocks(statements)
    yield from _names(statements, shared)


def _statements(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each statement whole, without texts and comments, with the number of its first line."""
    begun, pieces = 0, list[str]()
    for number, line in enumerate(lines, 1):
        plain = re.sub(r'"(?:[^"]|"")*"', '""', line).split("'")[0].rstrip()
        begun = begun or number
        if plain.endswith(" _"):
            pieces.append(plain[:-2])
            continue
        statement = " ".join(" ".join([*pieces, plain]).split())
        if statement and not statement.startswith("Attribute "):
            yield begun, statement
        begun, pieces = 0, []


def _too_many_continuations(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    run = 0
    for number, line in enumerate(lines, 1):
        run = run + 1 if line.endswith(" _") else 0
        if run > CONTINUATIONS:
            yield number, "too many continued lines"


def _blocks(statements: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """What is opened and not closed, or closed by another's word; what may stand in no module or only in a procedure."""
    opened: list[tuple[int, str]] = []
    for number, statement in statements:
        low = statement.lower()
        if re.match(r"(?:(?:public|private) )?declare\b", low):
            yield number, "Declare: other for 32 and 64 bits"
        if low.startswith("#if"):
            if not any(word in ("sub", "function") for _, word in opened):
                yield number, "#If outside a procedure"
            opened.append((number, "#if"))
        elif low == "#end if" or low in CLOSED_BY.values() or low.startswith("loop "):
            wanted = "#if" if low == "#end if" else next(word for word, end in CLOSED_BY.items() if low.startswith(end))
            if not opened or opened.pop()[1] != wanted:
                yield number, f"{statement} closes nothing of its kind"
        elif procedure := _PROCEDURE.match(statement):
            if opened:
                yield number, "a procedure within another"
            opened.append((number, procedure[1].lower()))
        elif low.startswith(("with ", "do")) and re.match(r"with |do\b", low):
            opened.append((number, low.split()[0]))
        elif low.startswith("if ") and low.endswith(" then"):
            opened.append((number, "if"))
    for number, word in opened:
        yield number, f"{word} is never closed"


def _names(statements: Sequence[tuple[int, str]], shared: set[str]) -> Iterator[tuple[int, str]]:
    """Names that nothing declares: with Option Explicit the whole project would not compile."""
    of_module, local = set[str](), set[str]()
    labels = {statement[:-1].lower() for _, statement in statements if re.fullmatch(r"\w+:", statement)}
    inside = False
    for number, statement in statements:
        if procedure := _PROCEDURE.match(statement):
            inside = True
            local = {found.lower() for found in re.findall(r"(?:ByVal|ByRef) (\w+) As", procedure[3])}
            continue
        if statement.lower().startswith(("end sub", "end function")):
            inside = False
        if declared := _DECLARED.match(statement):
            (local if inside else of_module).add(declared[1].lower())
            continue
        if statement.startswith("#") or statement == "Option Explicit":
            continue
        known = WORDS | HOST | shared | of_module | local | labels
        for name in _NAME.findall(statement):
            if name.lower() not in known:
                yield number, f"{name} is declared nowhere"
