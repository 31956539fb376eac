"""The log of this machine: a line for every command, how it ended and how long it took, and the traceback of a fault.

For whoever helps an officer. It names commands, campaign folders and exit codes, nothing that a form holds; it is cut at three megabytes.
The ledger, not this file, tells what happened in a campaign.
"""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

FOLDER_VARIABLE = "CCHC_LOG_DIR"
_BYTES, _KEPT = 1_000_000, 2


def log_file() -> Path:
    """Where the log lies: the user's own log folder, or the one that CCHC_LOG_DIR names."""
    named = os.environ.get(FOLDER_VARIABLE)
    return (Path(named) if named else user_log_path("cchc", appauthor=False)) / "cchc.log"


def write(text: str, *, fault: bool = False) -> Path | None:
    """The log, a line added (with the traceback at hand for a fault); None where it cannot be written, which stops nobody's work."""
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError:
        return None
    handler.handleError = lambda record: None  # type: ignore[method-assign]  # a log that is locked or full stops nobody's work
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logger = logging.Logger("cchc")
    logger.addHandler(handler)
    logger.log(logging.ERROR if fault else logging.INFO, text, exc_info=fault)
    handler.close()
    return path
