"""Says what to use in place of threads, of which the sandbox has none."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_MESSAGE = (
    "threads cannot be started here: the interpreter has one. Use async hooks, whose API calls overlap; "
    "self.create_task() for work that goes on in the background; self.schedule() for what is done again and again. "
    "asyncio.to_thread() and run_in_executor() work, and run the function at once"
)


def _refuse(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError(_MESSAGE)


def explain() -> None:
    """Makes ``threading.Thread.start`` fail with a message that helps."""
    import _thread

    _thread.start_new_thread = _thread.start_joinable_thread = _refuse
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._start_joinable_thread = _refuse  # type: ignore[attr-defined]
