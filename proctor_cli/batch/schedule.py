"""Sessions through one pool of workers: each is prepared, its slices are analysed, and it is concluded.

The parent only hands out jobs and stores the slices that come back. Sessions are taken in order, so the first is
complete early; as many are prepared ahead as keep the workers busy, and no more, so that memory does not grow with
their number. Results do not depend on who did what when.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from proctor_cli.batch.stages import Begin, Begun, Conclude, DiskFull, begin, conclude, sort_out
from proctor_cli.engine import Done, Engine, WorkerDied
from proctor_cli.engine.capacity import Capacity
from proctor_cli.errors import OutputError, ProctorError
from proctor_cli.files import show_addresses, shown_address
from proctor_cli.report.cohort import Outcome
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.observe import run_slice
from proctor_cli.session.prepare import Preparation
from proctor_cli.session.speech import find_speech, tell_speech
from proctor_cli.store import Mark, SessionFolder


@dataclass(frozen=True, slots=True)
class Prepared:
    """The session ``number`` is about to be analysed: ``length_s`` seconds of video, ``done_s`` of them done before.

    ``note`` says why results that were there are made again.
    """

    number: int
    preparation: Preparation
    length_s: float
    done_s: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Advanced:
    """``video_s`` more seconds of the session are done."""

    number: int
    video_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a session: an outcome, or an error. ``kept`` says that its results were there already."""

    number: int
    outcome: Outcome | None = None
    error: ProctorError | None = None
    kept: bool = False
    note: str = ""


Event = Prepared | Advanced | Ended


@dataclass(slots=True)
class _Course:
    """A session that is being worked on."""

    number: int
    job: Begin
    preparation: Preparation | None = None
    mark: Mark | None = None
    waiting: deque[SliceJob] = field(default_factory=deque)
    listening: tuple[SliceJob, ...] = ()  # webcam slices, until it is known where speech is heard
    sounds: set[str] = field(default_factory=set)  # keys of the slices of sound that have not come back
    under_way: int = 0
    failures: dict[str, ProctorError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is under way: the course that it belongs to, and which slice of it, None when it is one of its ends."""

    course: _Course
    job: SliceJob | None = None


def run(sessions: Mapping[int, Begin], engine: Engine, capacity: Capacity) -> Iterator[Event]:
    """Analyse sessions; what happens is told as it happens, and exactly one `Ended` for each session.

    Args:
        sessions: what is asked for, in order, by the number by which events shall tell of it.
        engine: where the work is done; nothing else is under way there.
        capacity: what the engine's workers share. Two jobs for each worker are under way at a time, for as many as the
            engine has at that time.

    Raises:
        DiskFull: nothing more can be written.
    """
    schedule = _Schedule(engine, capacity, deque(_Course(number, job) for number, job in sessions.items()))
    yield from _follow(schedule, engine)


def run_prepared(
    preparation: Preparation, job: Begin, mark: Mark, engine: Engine, capacity: Capacity
) -> Iterator[Event]:
    """The same for one session that is prepared already: it is the session 0.

    Raises:
        DiskFull: nothing more can be written.
    """
    schedule = _Schedule(engine, capacity, deque())
    yield from schedule.take_up(_Course(0, job), Begun(preparation, None, mark))
    yield from _follow(schedule, engine)


def _follow(schedule: _Schedule, engine: Engine) -> Iterator[Event]:
    schedule.hand_out()
    for done in engine.outcomes():
        yield from schedule.take(done)
        schedule.hand_out()


class _Schedule:
    def __init__(self, engine: Engine, capacity: Capacity, coming: deque[_Course]) -> None:
        self._engine = engine
        self._capacity = capacity
        self._coming = coming
        self._open: dict[int, _Course] = {}  # prepared, with slices that have not come back
        self._current: deque[_Course] = deque()  # those of them with slices that can be handed out
        self._under_way: dict[int, _Task] = {}
        self._beginning = 0

    def hand_out(self) -> None:
        """Give the workers what they can do without waiting for us."""
        workers = self._count_workers()
        most = 2 * workers
        while self._coming and self._beginning < workers and self._count_ready() < most:
            course = self._coming.popleft()
            self._beginning += 1
            self._under_way[self._engine.submit(begin, course.job)] = _Task(course)
        while self._current and len(self._under_way) < most:
            course = self._current[0]
            job = course.waiting.popleft()
            course.under_way += 1
            self._under_way[self._engine.submit(run_slice, job)] = _Task(course, job)
            if not course.waiting:
                self._current.popleft()

    def take(self, done: Done[object]) -> Iterator[Event]:
        """What an outcome means for its session."""
        task = self._under_way.pop(done.ticket)
        course = task.course
        if isinstance(done.error, DiskFull):
            raise done.error
        if task.job is not None:
            yield self._take_slice(course, task.job, done)
            self._have_listened(course)
            if not course.waiting and not course.under_way:
                yield from self._end_slices(course)
            return
        if isinstance(done.result, Outcome):
            yield Ended(course.number, done.result)
            return
        if course.preparation is None:
            self._beginning -= 1
        if isinstance(done.result, Begun) and done.result.preparation is not None:
            yield from self.take_up(course, done.result)
        elif isinstance(done.result, Begun):
            yield Ended(course.number, done.result.outcome, kept=True, note=done.result.note)
        else:
            yield Ended(course.number, error=explain(done.error, course.job.request.clips[0].path))

    def take_up(self, course: _Course, begun: Begun) -> Iterator[Event]:
        """A session is prepared: its slices wait from now on, in the order in which the sessions were given.

        Where all of them were done before, it is concluded at once.
        """
        preparation = begun.preparation
        assert preparation is not None
        course.preparation, course.mark = preparation, begun.mark
        self._open[course.number] = course
        kept = {job.key for job in preparation.done}
        left = [job for job in preparation.jobs if job.key not in kept]
        threads = self._count_threads(left)
        left = [replace(job, threads=threads) for job in left]
        course.listening = tuple(job for job in left if job.clip.source == "webcam")
        course.sounds = {job.key for job in left if job.clip.source == "sound"}
        course.waiting.extend(job for job in left if job.clip.source != "webcam")
        if course.waiting:
            self._line_up(course)
        self._have_listened(course)
        length_s = sum(job.length_s for job in preparation.jobs)
        done_s = sum(job.length_s for job in preparation.done)
        yield Prepared(course.number, preparation, length_s, done_s, begun.note)
        if not course.waiting:
            yield from self._end_slices(course)

    def _line_up(self, course: _Course) -> None:
        self._current.append(course)
        self._current = deque(sorted(self._current, key=lambda other: other.number))

    def _have_listened(self, course: _Course) -> None:
        """Once all sound has been listened to, it is known where the webcam's slices must be looked at closely."""
        if course.sounds or not course.listening:
            return
        assert course.preparation is not None
        if course.failures.keys() & {job.key for job in course.preparation.jobs if job.clip.source == "sound"}:
            _rename_unheard(course, course.preparation)
        speech = find_speech(SessionFolder(course.job.request.folder), course.preparation.jobs)
        is_idle = not course.waiting
        course.waiting.extend(tell_speech(job, speech) for job in course.listening)
        course.listening = ()
        if is_idle:
            self._line_up(course)

    def _count_threads(self, left: Sequence[SliceJob]) -> int:
        """The last session's slices may be fewer than there are workers: then each is given more threads."""
        if self._coming or self._beginning or self._current:
            return self._capacity.threads(self._count_workers())
        return self._capacity.threads(sum(job.length_s > 0 for job in left))

    def _count_workers(self) -> int:
        return max(1, self._engine.count_workers())  # where all are lost, jobs wait for another

    def _count_ready(self) -> int:
        return sum(len(course.waiting) + len(course.listening) for course in self._open.values())

    def _take_slice(self, course: _Course, job: SliceJob, done: Done[object]) -> Event:
        course.under_way -= 1
        course.sounds.discard(job.key)
        if isinstance(done.result, bytes):
            try:
                SessionFolder(course.job.request.folder).write_part(job.key, done.result)
            except OutputError as error:
                if isinstance(sort_out(error), DiskFull):
                    raise sort_out(error) from error
                course.failures[job.key] = error
        else:
            course.failures[job.key] = explain(done.error, job.clip.path)
        return Advanced(course.number, job.length_s)

    def _end_slices(self, course: _Course) -> Iterator[Event]:
        """All slices have come back: conclude, or give up."""
        preparation, mark, failures = course.preparation, course.mark, course.failures
        assert preparation is not None
        assert mark is not None
        del self._open[course.number]
        if failures and len(failures) == len(preparation.jobs):
            yield Ended(course.number, error=failures[preparation.jobs[0].key])
            return
        lost = {key: f"not analysed: {error}" for key, error in failures.items()}
        job = Conclude(preparation, lost, course.job.terms, mark)
        self._under_way[self._engine.submit(conclude, job)] = _Task(course)


def _rename_unheard(course: _Course, preparation: Preparation) -> None:
    """Sound is lost. A webcam's key says that all was heard: what is looked at without that is kept under another."""
    names = {job.key: f"{job.key}-unheard" for job in course.listening}
    jobs = (replace(job, key=names.get(job.key, job.key)) for job in preparation.jobs)
    course.preparation = replace(preparation, jobs=tuple(jobs))
    course.listening = tuple(replace(job, key=names[job.key]) for job in course.listening)


def explain(error: Exception | None, where: str) -> ProctorError:
    """What went wrong with a job, as the user sees it."""
    if isinstance(error, ProctorError):
        return error
    what = str(error) if isinstance(error, WorkerDied) else f"unexpected {type(error).__name__}: {error}"
    return ProctorError(show_addresses(what), where=shown_address(where))
