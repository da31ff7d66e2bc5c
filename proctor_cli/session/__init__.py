"""One session from recordings to a judged result: the only place where media, detectors and risk meet.

    prepare     looks at the recordings, sees which detectors can run, cuts the work into slices   -> Preparation
    observe     analyses one slice: an engine (not known here) maps `run_slice` over the jobs      -> observations
    finish      puts the slices together, judges, writes                                          -> SessionResult
    snapshots   pictures of the incidents that scored

A slice that is already in the folder from a run that was stopped is not done again.
"""

from proctor_cli.session.finish import finish, judge_folder
from proctor_cli.session.observe import run_slice
from proctor_cli.session.prepare import Preparation, Request, SliceJob, prepare, roles_needed

__all__ = [
    "Preparation",
    "Request",
    "SliceJob",
    "finish",
    "judge_folder",
    "prepare",
    "roles_needed",
    "run_slice",
]
