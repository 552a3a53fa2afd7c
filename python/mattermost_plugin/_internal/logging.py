"""The `logging` module's way to the server's log."""

from __future__ import annotations

import logging

import _mmpy


class HostHandler(logging.Handler):
    """Gives each record to the host, which logs it with the plugin's id and the time."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level = min(max(record.levelno // 10, 1), 5)
            _mmpy.log(level, self.format(record).encode("utf-8", "backslashreplace").decode())
        except Exception:
            self.handleError(record)


def configure(level: str) -> None:
    """Sends all loggers' records from that level up to the host. Says so there when there is no such level."""
    root = logging.getLogger()
    if not any(isinstance(handler, HostHandler) for handler in root.handlers):
        root.addHandler(HostHandler())
    number = logging.getLevelNamesMapping().get(level.strip().upper())
    root.setLevel(logging.INFO if number is None else number)
    if number is None:
        known = ", ".join(name for name in logging.getLevelNamesMapping() if name != "NOTSET")
        logging.getLogger("mattermost_plugin").warning("log level %r is none of %s: using INFO", level, known)
