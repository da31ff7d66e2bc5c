"""evaluation.html: one self-contained page without scripts, in the style of the session report."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from proctor_cli import resources
from proctor_cli.evaluate.table import show_error
from proctor_cli.report.evaluation import Evaluation
from proctor_cli.report.html import hash_source, make_environment
from proctor_cli.report.output import write_whole

_OWN_STYLE = """
main { max-width: 84rem; }
.share { display: block; width: 7rem; height: 0.7rem; margin-top: 0.2rem; }
.share rect { fill: var(--sunken); stroke: var(--line); vector-effect: non-scaling-stroke; }
.share .limits { stroke: var(--temporary); stroke-width: 5; }
.share .value { stroke: var(--accent); stroke-width: 2.5; }
.total th, .total td { border-top: 2px solid var(--strong-line); font-weight: 600; }
td.figure, th.figure { padding-right: 0.7rem; }
"""


def write_page(evaluation: Evaluation, path: Path) -> Path:
    """Write the page.

    Raises:
        OutputError: the file cannot be written.
    """
    folder = resources.template_dir()
    environment = make_environment(folder)
    style = (folder / "report" / "style.css").read_text("utf-8") + _OWN_STYLE
    html = environment.get_template("evaluation.html").render(
        e=evaluation,
        show_error=show_error,
        style=Markup(style),  # our own files only
        style_hash=hash_source(style),
    )
    return write_whole(path, html.encode())
