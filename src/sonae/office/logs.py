"""Logs as JSON lines on standard error, without personal data.

What is logged is a closed list of fields (`ALLOWED`). Messages of libraries keep their template and lose
their arguments and the text of exceptions, because either may carry a name, an address or a request's body;
the type and the place of an exception stay.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import structlog

#: Fields that may stand in a log line. An id says which row to look at, and only who may see that row can.
ALLOWED = frozenset({
    "event", "level", "timestamp", "logger", "method", "route", "status", "milliseconds", "principal", "code",
    "exception", "where", "count", "request_id", "version", "port",
})  # fmt: skip


def only_allowed(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drops every field that is not on the list."""
    return {field: value for field, value in line.items() if field in ALLOWED or field.startswith("_")}


class _Structured(logging.Handler):
    """Passes a library's record on as its template, without arguments and exception texts."""

    def emit(self, record: logging.LogRecord) -> None:
        line: dict[str, Any] = {
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-5:]
            line["where"] = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
        with suppress(BrokenPipeError, ValueError):
            sys.stderr.write(str(_RENDER(None, record.levelname, _STAMP(None, "", line))) + "\n")
            sys.stderr.flush()


_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
_RENDER = structlog.processors.JSONRenderer(ensure_ascii=False)


def configure(level: str) -> None:
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[structlog.processors.add_log_level, _STAMP, only_allowed, _RENDER],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Structured)]:
        root.removeHandler(handler)
    root.addHandler(_Structured())
    root.setLevel(max(number, logging.WARNING))
    # Every 4xx once more, after our own line for the same answer.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    # Its message repeats a header that the client made up; the 400 stands in our own line.
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)


log = structlog.get_logger("sonae")
