"""The documentation says what the program does: commands, options, numbers, columns, links, and the worked example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from proctor_cli import detectors, logs, plan, risk
from proctor_cli.cli import app
from proctor_cli.policy import Policy, load, shipped
from proctor_cli.policy.model import Rule
from proctor_cli.report.documents import EventLog
from proctor_cli.report.schema import SCHEMAS
from proctor_cli.report.tables import COLUMNS
from proctor_cli.risk import RiskMeter, Rulebook
from proctor_cli.types import Observation

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
POLICY = (ROOT / "docs" / "policy.md").read_text("utf-8")
FORMATS = (ROOT / "docs" / "formats.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def walk(command: Any, name: str = "proctor") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, child in inner.items():
        yield from walk(child, f"{name} {word}")


ROOT_COMMAND: Any = typer.main.get_command(app)
LEAVES = dict(walk(ROOT_COMMAND))


def options(command: Any) -> set[str]:
    return {word for part in command.params for word in part.opts if word.startswith("-")}


def sections(text: str, mark: str = "##") -> dict[str, str]:
    """Heading without its backticks -> the text under it, up to the next heading of that rank or a higher one."""
    parts = re.split(rf"^(#{{1,{len(mark)}}}) (.+)$", text, flags=re.MULTILINE)
    return {
        heading.replace("`", ""): body
        for rank, heading, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
        if rank == mark
    }


def tables(text: str) -> Iterator[list[list[str]]]:
    """The cells of each table, row by row, without its head's underline."""
    for block in re.findall(r"(?:^\|.*\|\n)+", text + "\n", flags=re.MULTILINE):
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield [lines[0], *lines[2:]]


def words_in(text: str) -> set[str]:
    return set(re.findall(r"`([^`\s]+)`", text))


# ------------------------------------------------------------ commands
@pytest.mark.parametrize("name", LEAVES)
def test_every_command_and_option_is_documented(name: str) -> None:
    command = LEAVES[name]
    text = sections(COMMANDS)[name]
    said = {word for row in tables(text) for cells in row for word in words_in(cells[0]) if word.startswith("-")}

    assert said == options(command) - {"--help"}
    assert command.help
    assert all(part.help for part in command.params if part.name != "help")


def test_options_of_every_command_are_documented() -> None:
    assert options(ROOT_COMMAND) <= words_in(COMMANDS)


def test_no_command_is_documented_that_does_not_exist() -> None:
    assert {heading for heading in sections(COMMANDS) if heading.startswith("proctor ")} == set(LEAVES)


def quoted(text: str) -> Iterator[str]:
    """Command lines in code blocks and between backticks."""
    yield from re.findall(r"^ {4}(?:\.venv/bin/)?(proctor .+)$", text, flags=re.MULTILINE)
    yield from re.findall(r"`(?:\.venv/bin/)?(proctor [^`]+)`", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_quoted_commands_exist(page: Path) -> None:
    for line in quoted(page.read_text("utf-8")):
        if "|" in line or "COMMAND" in line:
            continue  # a choice between commands, or the pattern of all
        words = line.partition("#")[0].split()
        command, name = ROOT_COMMAND, words[0]
        for word in words[1:]:
            if not hasattr(command, "commands") or word.startswith("-"):
                break
            assert word in command.commands, line
            command, name = command.commands[word], f"{name} {word}"
        used = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert used <= options(command) | options(ROOT_COMMAND) | {"--help"}, line


def test_make_targets_exist() -> None:
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    told = {target for page in PAGES for target in re.findall(r"(?:`|^ {4})make ([a-z]+)", page.read_text(), re.M)}
    assert {"demo", "test", "check"} <= told
    assert told <= made


def test_exit_codes_are_the_same_everywhere() -> None:
    told = {
        frozenset(row[0] for row in table[1:])
        for text in (README, COMMANDS)
        for table in tables(text)
        if table[0][0] in ("exit code", "code")
    }
    assert told == {frozenset({"0", "1", "2", "3", "4", "5", "10", "130"})}


# ------------------------------------------------------------ numbers
def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip('"')


def test_rules_in_the_readme_are_those_of_the_default_policy() -> None:
    (table,) = (table for table in tables(sections(README)["Rules and points"]) if table[0][0] == "event")
    told = [(row[0], *map(number, row[2:])) for row in table[1:]]
    rules = load(None).enabled_rules
    assert told == [(r.event, r.min_duration_s, r.points, r.kind, r.severity, r.repeat_s) for r in rules]


def test_priorities_in_the_readme_are_those_of_the_default_policy() -> None:
    (table,) = (table for table in tables(sections(README)["Rules and points"]) if table[0][0] == "figure")
    priority = load(None).priority
    assert [[float(cell) for cell in row[1:]] for row in table[1:]] == [
        [priority.medium_risk, priority.high_risk],
        [priority.medium_points, priority.high_points],
        [priority.medium_critical_alerts, priority.high_critical_alerts],
    ]


def test_every_event_is_in_the_readme() -> None:
    events = {rule.event for name in shipped() for rule in load(name).rules}
    assert events <= words_in(sections(README)["What is looked for, and what is not"])


SETTINGS = [name for name, value in load(None).model_dump().items() if isinstance(value, dict)]


@pytest.mark.parametrize("section", SETTINGS)
def test_every_policy_key_is_documented_with_its_default(section: str) -> None:
    (table,) = tables(sections(POLICY, "###")[f"[{section}]"])
    told = {row[0].strip("`"): row[2] == "true" if row[2] in ("true", "false") else number(row[2]) for row in table[1:]}
    values = load(None).model_dump()[section]
    # A list that is not empty is too long for a table.
    assert told == {key: ("[…]" if value else "[]") if is_list(value) else value for key, value in values.items()}


def is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def test_every_key_of_a_rule_is_documented_with_what_it_is_without() -> None:
    (table,) = tables(sections(POLICY, "###")["[[rules]]"])
    told = {row[0].strip("`"): number(row[2]) for row in table[1:]}
    without = {
        name: "required" if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in Rule.model_fields.items()
    }
    without["parts"] = str(without["parts"])
    assert told.keys() == without.keys()
    assert told["enabled"] == "true"
    given = {name for name, value in without.items() if value is not None} - {"enabled"}
    assert {name: told[name] for name in given} == {name: without[name] for name in given}


def test_every_signal_is_documented() -> None:
    specs = [detectors.find(name).spec for name in detectors.REGISTRY] + [plan.REPEATS, plan.HEARD, logs.SPEC]
    (table,) = tables(sections(POLICY)["Signals"])
    told = {word for row in table[1:] for word in words_in(row[0])}
    known = risk.list_signals({signal for spec in specs for signal in spec.signals})
    assert told == known | {rule.signal for rule in load(None).rules}


def test_the_policy_in_the_docs_is_valid(tmp_path: Path) -> None:
    lines = sections(POLICY)["Writing your own"].splitlines()
    text = "\n".join(line[4:] for line in lines if line.startswith("    ") or not line)
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    policy = load(tmp_path / "mine.toml")
    assert policy.priority.high_risk == 30
    assert "SIDEWAYS" in {rule.event for rule in policy.enabled_rules}
    assert "LOW_FOCUS" not in {rule.event for rule in policy.enabled_rules}


def test_the_worked_example_works() -> None:
    signals, steps = tables(sections(POLICY)["A worked example"])
    policy = load(None)
    told = {float(time): (number(points), float(risk)) for time, _, points, risk in steps[1:]}
    stretches = [(name.strip("`"), float(value), float(start), float(end)) for name, value, start, end in signals[1:]]
    assert play(policy, stretches, told) == told


def play(
    policy: Policy, stretches: list[tuple[str, float, float, float]], times_s: Iterable[float]
) -> dict[float, tuple[float | str, float]]:
    """Points added at, and risk just after, each of the times, of signals that are 0 (faces: 1) but for one stretch."""
    rulebook, meter = Rulebook(policy), RiskMeter(policy.risk.decay_per_s)
    marks = []
    for step in range(5 * 100):
        t_s = step / 5
        values = {
            name: value if start_s <= t_s < end_s else float(name == "face.count")
            for name, value, start_s, end_s in stretches
        }
        marks += rulebook.push(Observation("webcam", t_s, values))
    marks += rulebook.flush(100.0)
    seen: dict[float, tuple[float | str, float]] = {}
    for t_s in sorted(times_s):
        points: float | str = ""
        while marks and marks[0].t_s <= t_s + 1e-6:
            score = meter.push(marks.pop(0))
            if score is not None:
                assert score.t_s == pytest.approx(t_s)  # points at no other times
                points = score.points
        meter.run_to(t_s)
        seen[t_s] = (points, round(meter.temporary + meter.permanent, 6))
    return seen


# ------------------------------------------------------------ files
def test_columns_are_documented_in_their_order() -> None:
    table = next(tables(sections(FORMATS)["events.csv"]))
    assert tuple(row[0].strip("`") for row in table[1:]) == COLUMNS
    told = re.findall(r"`(\w+)`", README.partition("`events.csv` has, in this order: ")[2].partition("\n\n")[0])
    assert tuple(told[: len(COLUMNS)]) == COLUMNS


def test_fields_of_events_json_are_documented() -> None:
    text = next(body for heading, body in sections(FORMATS).items() if heading.startswith("events.json"))
    told = {word for row in next(tables(text))[1:] for word in words_in(row[0])}
    assert told | {"schema"} == set(EventLog.__dataclass_fields__)


def test_documents_of_the_schema_command_are_named() -> None:
    assert set(SCHEMAS) <= words_in(sections(COMMANDS)["proctor schema"])


# ------------------------------------------------------------ the pages themselves
def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        path, _, place = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if place:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), flags=re.MULTILINE)
            assert place in map(anchor, headings), target


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs" / "report.png").stat().st_size < 400_000


def test_nothing_accuses() -> None:
    text = " ".join(page.read_text("utf-8") for page in PAGES).lower()
    assert "cheat" not in text
