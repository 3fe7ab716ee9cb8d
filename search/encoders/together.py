"""Calls of several threads, run together: whoever comes while another one works is taken along.

Most calls are small, a question or the sentences of one answer. Together they fill batches, with less
padding and fewer runs of the model. Nobody waits for others to come: whoever comes alone begins at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from search.encoders.tokens import batches_by_length
from search.encoders.weights import Floats

Rows = Sequence[Sequence[int]]
"""Numbers of the tokens of each text."""


@dataclass(eq=False)
class _Call:
    """What one thread wants.

    Attributes:
        rows: Its texts, the longest first.
        done: Vectors of the first of them, as they come.
        fault: What went wrong, if anything did.
        turn: Set when the call has ended, or its thread is to work for all.
    """

    rows: Rows
    done: list[Floats] = field(default_factory=list)
    fault: Exception | None = None
    turn: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self) -> bool:
        return self.fault is not None or len(self.done) == len(self.rows)

    def next(self, tokens: int) -> Rows:
        """As many of the rows that are left as have so many tokens; at least one."""
        left = self.rows[len(self.done) :]
        fits = sum(total <= tokens for total in accumulate(map(len, left)))
        return left[: max(fits, 1)]


class Alone:
    """Runs a model for the thread that calls, whatever others do, which has to be possible.

    Args:
        run: Gives the vectors of texts of one batch, of shape [n, dimension].
        batch_tokens: Tokens that are run in one go, padding included.
    """

    def __init__(self, run: Callable[[Rows], Floats], batch_tokens: int) -> None:
        self._run = run
        self._batch_tokens = batch_tokens

    def __call__(self, rows: Rows) -> Floats:
        """Vectors of texts, in their order, of shape [n, dimension]; at least one text."""
        batches = batches_by_length(list(map(len, rows)), self._batch_tokens)
        found = np.concatenate([self._run([rows[index] for index in batch]) for batch in batches])
        vectors = np.empty_like(found)
        vectors[np.concatenate(batches)] = found
        return vectors


class Together:
    """Runs a model for several threads at once.

    There is no thread of its own: one of the callers works for all who wait, until its own call has ended;
    then the one who waits longest does. In each round every call has a share of at most one batch, so a call
    of a few texts ends with the round, however many texts others have.

    Args:
        run: Gives the vectors of texts of one batch, of shape [n, dimension].
        batch_tokens: Tokens that are run in one go, padding included.
    """

    def __init__(self, run: Callable[[Rows], Floats], batch_tokens: int) -> None:
        self._run = run
        self._batch_tokens = batch_tokens
        self._waiting: deque[_Call] = deque()
        self._working: _Call | None = None  # the call whose thread works for all
        self._lock = threading.Lock()

    def __call__(self, rows: Rows) -> Floats:
        """Vectors of texts, in their order, of shape [n, dimension]; at least one text.

        Raises:
            Exception: Whatever the model raises for these texts.
        """
        order = sorted(range(len(rows)), key=lambda row: (-len(rows[row]), row))
        call = _Call([rows[row] for row in order])
        try:
            if not self._begin(call):
                call.turn.wait()
            while not call.ended:
                self._round()
        finally:
            self._leave(call)
        if call.fault is not None:
            raise call.fault
        vectors = np.empty((len(rows), len(call.done[0])), np.float32)
        vectors[order] = call.done
        return vectors

    def _begin(self, call: _Call) -> bool:
        """Join those who wait; whether this one is to work for all."""
        with self._lock:
            self._waiting.append(call)
            self._working = self._working or call
            return self._working is call

    def _leave(self, call: _Call) -> None:
        """Wait no more, also where a call was broken off; the next one works."""
        with self._lock:
            self._forget(call)
            if self._working is call:
                self._working = self._waiting[0] if self._waiting else None
                if self._working:
                    self._working.turn.set()

    def _forget(self, call: _Call) -> None:
        if call in self._waiting:
            self._waiting.remove(call)

    def _round(self) -> None:
        with self._lock:
            calls = list(self._waiting)
        try:
            self._give(calls)
        except Exception:  # noqa: BLE001  (whose texts are at fault shows when each is run by itself)
            for call in calls:
                self._give_alone(call)
        for call in calls:
            if call.ended:
                with self._lock:
                    self._forget(call)
                call.turn.set()

    def _give(self, calls: Sequence[_Call]) -> None:
        shares = [call.next(self._batch_tokens) for call in calls]
        rows = [row for share in shares for row in share]
        vectors: dict[int, Floats] = {}
        for batch in batches_by_length(list(map(len, rows)), self._batch_tokens):
            vectors.update(zip(batch, self._run([rows[index] for index in batch]), strict=True))
        first = 0
        for call, share in zip(calls, shares, strict=True):
            call.done += [vectors[index] for index in range(first, first + len(share))]
            first += len(share)

    def _give_alone(self, call: _Call) -> None:
        try:
            self._give([call])
        except Exception as error:  # noqa: BLE001  (its own thread raises it)
            call.fault = error
