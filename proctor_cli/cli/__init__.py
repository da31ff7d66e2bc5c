"""The command line: words to calls, results to words. One thin file per command.

Nothing heavy is imported here or at the top of a command's file, so that `proctor --help` answers at once.
"""

from __future__ import annotations

import signal
import sys
import traceback
from types import FrameType
from typing import Annotated, NoReturn

import typer

from proctor_cli import __version__
from proctor_cli.cli.analyze import analyze
from proctor_cli.cli.batch import batch
from proctor_cli.cli.check import check
from proctor_cli.cli.evaluate import evaluate
from proctor_cli.cli.frame import frame
from proctor_cli.cli.models import app as models
from proctor_cli.cli.policy import app as policies
from proctor_cli.cli.report import report
from proctor_cli.cli.rescore import rescore
from proctor_cli.cli.schema import schema
from proctor_cli.errors import Interrupted, ProctorError

app = typer.Typer(
    name="proctor",
    help="Analyse recorded exam videos: what happened, when, and what could not be assessed.",
    epilog="Exit codes: 0 done, 10 gate hit, 2 usage or policy wrong, 3 input unreadable, 4 model missing, "
    "5 partial result, 130 stopped with Ctrl-C.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("analyze")(analyze)
app.command("batch")(batch)
app.command("check")(check)
app.command("evaluate")(evaluate)
app.command("frame")(frame)
app.command("rescore")(rescore)
app.command("report")(report)
app.add_typer(models, name="models")
app.add_typer(policies, name="policy")
app.command("schema")(schema)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"proctor {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    _debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Options of every command. `--debug` is read in `main`, where errors end up."""


def main() -> NoReturn:
    """Entry point of `proctor`: every error becomes one line and its exit code."""
    debug = "--debug" in sys.argv[1:]
    if debug:
        # Accepted anywhere on the line: who meets an error repeats the command with --debug at its end.
        sys.argv = [sys.argv[0], "--debug", *(word for word in sys.argv[1:] if word != "--debug")]
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    try:
        code = app(prog_name="proctor", standalone_mode=False)
    except typer.TyperException as error:
        _explain(error)
        sys.exit(error.exit_code)
    except ProctorError as error:
        if debug:
            traceback.print_exception(error)
        typer.echo(f"proctor: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            traceback.print_exception(error)
        typer.echo(
            f"proctor: unexpected {type(error).__name__}: {error}. "
            "This is a fault of proctor; run the command again with --debug and report what it prints.",
            err=True,
        )
        sys.exit(1)
    if code == Interrupted.exit_code:  # how typer tells of a KeyboardInterrupt
        typer.echo("proctor: stopped", err=True)
    sys.exit(code)


def _explain(error: typer.TyperException) -> None:
    """A word too many or too few on the command line, in one line like every other error."""
    said = error.format_message().replace(": Value error, ", ": ")  # the checking library's word
    if "\n" in said:  # the help of a command that was given without arguments
        typer.echo(said, err=True)
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "proctor"
    typer.echo(f"proctor: {said.rstrip('.')}. See `{command} --help`.", err=True)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: whoever presses Ctrl-C again must not interrupt the tidying up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
