"""Rendering: PDFs are made in child processes, recycled and bounded in time and memory, so that none can hurt us."""

import multiprocessing
import threading
from types import TracebackType
from typing import Self

from pebble import ProcessPool

from app.receipts import printing
from app.receipts.glyphs import MissingGlyphs
from app.receipts.printing import RenderingFailed

PROCESSES = 2

# A child is replaced after so many receipts: whatever libraries may leak stays small.
_RECEIPTS_A_CHILD = 250
_SECONDS_A_RECEIPT = 30.0
# Starting a child takes a second or two; beyond this something is wrong with the machine.
_SECONDS_IN_ALL = 60.0
_MEMORY = 1024 * 1024 * 1024


class Renderer:
    """Child processes that print receipts; they start with the first one. May be used by several threads."""

    def __init__(
        self, processes: int = PROCESSES, *, seconds: float = _SECONDS_A_RECEIPT, memory: int = _MEMORY
    ) -> None:
        """`seconds` bounds one receipt's time, `memory` each child's address space in bytes."""
        self._processes, self._seconds, self._memory = processes, seconds, memory
        self._pool: ProcessPool | None = None
        self._changing = threading.Lock()

    def render(self, frozen: str) -> bytes:
        """The PDF of a receipt's frozen facts (`Facts.frozen`).

        Signs that no font has are left out. Raises `MissingGlyphs` when a box would stand there all the same, or
        `RenderingFailed`. Must be called with no transaction open.
        """
        try:
            return self._render(frozen, leaving_out=False)
        except MissingGlyphs:
            # The fonts that are installed now may be newer than the ones these children knew; new children know them.
            return self._render(frozen, leaving_out=True)

    def _render(self, frozen: str, *, leaving_out: bool) -> bytes:
        try:
            future = self._open().schedule(printing.print_receipt, (frozen, leaving_out), timeout=self._seconds)
            pdf: bytes = future.result(timeout=_SECONDS_IN_ALL)
        except RenderingFailed:
            raise
        except MissingGlyphs:
            self.close()
            raise
        except TimeoutError:
            self.close()
            raise RenderingFailed("rendering took too long and was stopped") from None
        except Exception as failure:
            # A child may die of anything, and what it died of may quote a name.
            self.close()
            raise RenderingFailed(f"the rendering process failed: {type(failure).__name__}") from None
        return pdf

    def _open(self) -> ProcessPool:
        with self._changing:
            if self._pool is None:
                # "spawn": a forked child would share database connections and locks with the worker.
                self._pool = ProcessPool(
                    max_workers=self._processes,
                    max_tasks=_RECEIPTS_A_CHILD,
                    initializer=printing.prepare,
                    initargs=(self._memory,),
                    context=multiprocessing.get_context("spawn"),
                )
            return self._pool

    def close(self) -> None:
        """End the children; the next receipt starts new ones."""
        with self._changing:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def __enter__(self) -> Self:
        """Nothing starts before the first receipt."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the children."""
        self.close()
