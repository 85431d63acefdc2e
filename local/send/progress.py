"""Shows progress, speed and the time left on a terminal; shows nothing elsewhere."""

from __future__ import annotations

from datetime import timedelta
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Shown
from rich.text import Text


class _Rate(ProgressColumn):
    """How many keys a second are settled, and how long the others will take.

    The library's own columns look at the last moments only, and twenty keys come at once.
    """

    def render(self, task: Task) -> Text:
        """Return both, once the first keys are settled."""
        if not (task.completed and task.elapsed and task.total):
            return Text("")
        rate = task.completed / task.elapsed
        left = timedelta(seconds=round((task.total - task.completed) / rate))
        return Text(f"{rate:.1f} keys/s, {left} left", style="dim")


class Progress:
    """A line that moves while the `with` block lasts, where there is more than one key."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._shown = Shown(
            BarColumn(24),
            MofNCompleteColumn(),
            _Rate(),
            TextColumn("{task.description}"),
            console=Console(file=stream),
            transient=True,
            disable=total < 2 or not stream.isatty(),
        )
        self._task = self._shown.add_task("", total=total)

    def __enter__(self) -> Progress:
        """Show it."""
        self._shown.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away."""
        self._shown.stop()

    def advance(self, settled: int, note: str) -> None:
        """Show that this many more keys are settled, and what is being waited for."""
        self._shown.update(self._task, advance=settled, description=note)
