"""Doing what a batch is to do: sessions through the engine, their outcomes into rows, rows onto the page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from proctor_cli.cli.batch_plan import Planned
from proctor_cli.cli.batch_progress import BatchProgress, size_up
from proctor_cli.cli.sessions import Wishes
from proctor_cli.cli.terminal import ProgressStyle
from proctor_cli.errors import Interrupted, OutputError, ProctorError

if TYPE_CHECKING:
    from proctor_cli.batch.schedule import Ended, Prepared
    from proctor_cli.engine import Engine
    from proctor_cli.engine.capacity import Capacity
    from proctor_cli.report.cohort import Cohort, CohortRow
    from proctor_cli.store import CohortFolder

_SHOW_AGAIN_S = 60.0
"""So often the page is written while the batch runs."""


class Work:
    """A batch at work.

    Args:
        folder: where its results go; nobody else writes there.
        plan: all its sessions.
        wishes: what is asked for of each.
        language: that of reports and page.
        overwrite: replace results of other recordings.
    """

    def __init__(
        self,
        folder: CohortFolder,
        plan: Sequence[Planned],
        wishes: Wishes,
        *,
        language: str,
        overwrite: bool,
    ) -> None:
        self._folder, self._plan, self._wishes = folder, plan, wishes
        self._language, self._overwrite = language, overwrite
        self._rows = _remember(folder, plan)
        self._shown_s = time.monotonic()
        self.kept = 0
        """Sessions that were finished before."""

    @property
    def asked_for(self) -> list[CohortRow]:
        """The rows of the sessions that are asked for."""
        return [row for row, each in zip(self._rows, self._plan, strict=True) if each.is_wanted]

    def run(self, engine: Engine, capacity: Capacity, style: ProgressStyle) -> Cohort:
        """Analyse what is to be analysed.

        Raises:
            Interrupted: the user stopped it.
            ProctorError: it cannot go on: nothing more can be written, or the workers are gone.
        """
        from proctor_cli.batch.schedule import Advanced, Ended, Prepared, run
        from proctor_cli.batch.stages import Begin, Terms
        from proctor_cli.batch.work import hash_networks

        terms = Terms(
            self._wishes.policy,
            datetime.now(UTC).isoformat(timespec="seconds"),
            threads=capacity.threads(capacity.workers),
            language=self._language,
            networks=hash_networks(self._wishes.models),
            overwrite=self._overwrite,
        )
        wanted = {place: each for place, each in enumerate(self._plan) if each.is_wanted}
        requests = {place: each.request for place, each in wanted.items() if each.request is not None}
        labels = {place: each.row.folder for place, each in wanted.items()}
        sizes = {place: size_up(request) for place, request in requests.items()}
        try:
            with BatchProgress(style, labels, sizes) as progress:
                for place, each in wanted.items():
                    if each.error is not None:
                        self._end(Ended(place, error=each.error), progress)
                sessions = {place: Begin(request, terms) for place, request in requests.items()}
                for event in run(sessions, engine, capacity):
                    if isinstance(event, Prepared):
                        self._say(event, progress)
                        progress.prepared(event)
                    elif isinstance(event, Advanced):
                        progress.advanced(event)
                    else:
                        self._end(event, progress)
        except KeyboardInterrupt:
            self._show()
            hint = "The same command goes on where this one was stopped."
            raise Interrupted("stopped", where=str(self._folder.path), hint=hint) from None
        except ProctorError:
            with suppress(OutputError):  # the disk may be full: what ended the batch is what is told
                self._show()
            raise
        return self._show()

    def _say(self, event: Prepared, progress: BatchProgress) -> None:
        """What a user should know of a session that begins."""
        label, preparation = self._plan[event.number].row.folder, event.preparation
        if event.note:
            progress.say(f"{label}: {event.note}")
        if preparation.done:
            done, of = len(preparation.done), len(preparation.jobs)
            progress.say(f"{label}: going on with a stopped analysis: {done} of {of} slices are done")

    def _end(self, event: Ended, progress: BatchProgress) -> None:
        """A session has ended: into its row, and now and then onto the page."""
        from proctor_cli.batch.cohort import close_row

        place = event.number
        self.kept += event.kept
        self._rows[place] = close_row(self._rows[place], self._folder, event)
        progress.ended(event)
        if event.note:
            progress.say(f"{self._rows[place].folder}: {event.note}")
        if time.monotonic() - self._shown_s > _SHOW_AGAIN_S:
            self._show()
            self._shown_s = time.monotonic()

    def _show(self) -> Cohort:
        from proctor_cli.batch.cohort import write_cohort

        return write_cohort(self._folder, self._rows, language=self._language)


def _remember(folder: CohortFolder, plan: Sequence[Planned]) -> list[CohortRow]:
    """The rows as they are before anything is done: of sessions that are not asked for, what is known of them."""
    from proctor_cli.report.cohort import read_summary

    known: dict[tuple[str, str], CohortRow] = {}
    if folder.exists():
        try:
            known = {(row.folder, row.student_id): row for row in read_summary(folder.summary_json).sessions}
        except OutputError:  # it is written anew in any case
            known = {}
    return [
        each.row if each.is_wanted else known.get((each.row.folder, each.row.student_id), each.row) for each in plan
    ]
