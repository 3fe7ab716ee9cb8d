"""Reads pieces in a thread, so that a deadline holds whatever the other side does.

A timeout on each read is not enough: a name that is not resolved, and a server that sends a byte now and
then, keep a reader for as long as they like.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from queue import Empty, SimpleQueue

_END = object()


def in_time(
    produce: Callable[[threading.Event], Iterator[str]], deadline: float, late: Callable[[], Exception]
) -> Generator[str, None, None]:
    """Give pieces as they are produced, until the deadline.

    What was produced in time is given, however slowly it is taken.

    Args:
        produce: Produces the pieces in a thread of its own. It should end when the event is set, which it
            is when nobody waits for pieces any more.
        deadline: Moment of `time.monotonic` by which the last piece must be there.
        late: Makes the error to raise if it is not.
    """
    done: SimpleQueue[object] = SimpleQueue()
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(produce, stop, done), name="copse-llm", daemon=True)
    worker.start()
    try:
        while (piece := _take(done, deadline, late)) is not _END:
            if isinstance(piece, BaseException):
                raise piece
            yield str(piece)
        worker.join()
    finally:
        stop.set()


def _take(done: SimpleQueue[object], deadline: float, late: Callable[[], Exception]) -> object:
    left = min(max(deadline - time.monotonic(), 0), threading.TIMEOUT_MAX)
    try:
        return done.get(timeout=left)
    except Empty:
        raise late() from None


def _work(
    produce: Callable[[threading.Event], Iterator[str]], stop: threading.Event, done: SimpleQueue[object]
) -> None:
    try:
        for piece in produce(stop):
            done.put(piece)
        done.put(_END)
    except BaseException as error:  # noqa: BLE001 - raised where the pieces are taken
        done.put(error)
