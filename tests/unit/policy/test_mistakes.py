"""Every mistake of a policy is reported, at once, in words."""

from __future__ import annotations

import pytest

from proctor_cli.errors import PolicyError
from proctor_cli.policy import parse

HEAD = 'schema = "proctor.policy/1"\nname = "mine"\n'


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse(text, "mine.toml")
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def test_all_at_once() -> None:
    text = """
schema = "proctor.policy/2"
name = ""
extends = "defualt"
bridge_s = 2

[timing]
bridge = 2
hold_s = "5"

[tming]
x = 1

[priority]
high_risk = 1

[[rules]]
event = "NO_FACE"
min_duraton_s = 3
min_duration_s = -1

[[rules]]
event = "PHONE_DETECTED"
release = 0.9
severity = "critcal"
repeat_s = 3
message = "for {durations_s} s"

[[rules]]
event = "bad name"
signal = "face"
above = 1
below = 2
points = nan
enabled = 1
"""
    assert mistakes(text) == [
        "mine.toml: 22 mistakes",
        '  extends = "defualt": must be the name of a shipped policy (default, lenient, strict); '
        'did you mean "default"?',
        '  schema = "proctor.policy/2": must be "proctor.policy/1"',
        '  name = "": must be a text, not empty',
        '  timing.hold_s = "5": must be a number, at least 5',
        '  timing.bridge: unknown key; did you mean "bridge_s"?',
        "  priority.high_risk = 1: must not be below the figure for medium, 10",
        "  rules[0].min_duration_s (NO_FACE) = -1: must be a number, at least 0",
        '  rules[0].min_duraton_s (NO_FACE): unknown key; did you mean "min_duration_s"?',
        "  rules[1].release (PHONE_DETECTED) = 0.9: must not be greater than above, 0.1",
        "  rules[1].repeat_s (PHONE_DETECTED) = 3: must be 0 (once), or at least 5 "
        "(one second, and not within cooldown_s)",
        '  rules[1].severity (PHONE_DETECTED) = "critcal": must be one of "quality", "info", "warning", "critical"; '
        'did you mean "critical"?',
        '  rules[1].message (PHONE_DETECTED) = "for {durations_s} s": {durations_s} is not known here; '
        'did you mean "{duration_s}"? '
        "(known: event, start, end, duration_s, min_duration_s, peak, threshold, confidence, part, words)",
        '  rules[2].event = "bad name": must be capital letters, digits and underscores (NO_FACE)',
        '  rules[2].signal (bad name) = "face": must be a signal, family.measure in small letters (face.count)',
        "  rules[2].enabled (bad name) = 1: must be true or false",
        "  rules[2].below (bad name) = 2: give exactly one of above and below",
        "  rules[2].min_duration_s (bad name): missing; must be a number, at least 0",
        "  rules[2].points (bad name) = NaN: must be a number, at least 0",
        '  rules[2].severity (bad name): missing; must be one of "quality", "info", "warning", "critical"',
        "  rules[2].message (bad name): missing; must be a text",
        "  bridge_s: unknown key; it belongs in [timing]",
        '  tming: unknown key; did you mean "timing"?',
    ]


def test_not_toml() -> None:
    (line,) = mistakes("name = \n")
    assert line.startswith("mine.toml: is not TOML: ")
    assert "line 1" in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "  rules: missing; must be a list of tables"),
        ("rules = 3", "  rules = 3: must be a list of tables"),
        ('extends = "default"\n[screen]\nallowed = "x"', '  screen.allowed = "x": must be a list of texts'),
        ('extends = "default"\n[screen]\nallowed = [3]', "  screen.allowed[0] = 3: must be a text, not empty"),
        (
            'extends = "default"\n[screen]\nforbidden = [{ name = "A", signs = [] }]',
            "  screen.forbidden[0].signs = []: must be a list of texts, not empty",
        ),
        ("rules = []", '  rules = []: give at least one, or inherit them with extends = "default"'),
        ("rules = [1]", "  rules[0] = 1: must be a table"),
        ("extends = 3", "  extends = 3: must be the name of a shipped policy (default, lenient, strict)"),
        ('extends = "default"\nrules = 3', "  rules = 3: must be a list of tables"),
        ('extends = "default"\nrules = ["x"]', '  rules[0] = "x": must be a table'),
        ('extends = "default"\n[timing]\nhold_s = 4.9', "  timing.hold_s = 4.9: must be a number, at least 5"),
        ('extends = "default"\ntiming = 3', "  timing = 3: must be a table"),
        (
            'extends = "default"\n[away]\nhead_yaw_deg = 181',
            "  away.head_yaw_deg = 181: must be a number, more than 0, at most 180",
        ),
        (
            'extends = "default"\n[neutral]\nmin_samples = 1.5',
            "  neutral.min_samples = 1.5: must be a whole number, at least 1",
        ),
        (
            'extends = "default"\n[risk]\nspeed = 2',
            "  risk.speed: unknown key (known: decay_per_s, critical_alert_limit)",
        ),
    ],
)
def test_one_of_each(text: str, line: str) -> None:
    assert mistakes(HEAD + text) == ["mine.toml: 1 mistake", line]


def test_a_mistake_that_inheriting_makes_is_said_where_it_was_made() -> None:
    text = HEAD + 'extends = "default"\n[[rules]]\nevent = "BANNED_OBJECT"\nabove = 0.2\n'
    assert mistakes(text)[1:] == ["  rules[0].release (BANNED_OBJECT) = 0.4: must not be greater than above, 0.2"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("{peak.real}", "{peak.real} is not known here"),
        ("{0}", "{0} is not known here"),
        ("{", "is not a template: "),
        ("{peak:.q}", "is not a template: "),
        ("{start:.1f}", "is not a template: "),
    ],
)
def test_message_templates_are_tried_out(message: str, said: str) -> None:
    text = HEAD + f"extends = 'default'\n[[rules]]\nevent = 'NO_FACE'\nmessage = '{message}'\n"
    (line,) = mistakes(text)[1:]
    assert said in line


def test_a_long_value_is_not_repeated_in_full() -> None:
    (line,) = mistakes(HEAD + f'extends = "default"\ntiming = "{"x" * 500}"\n')[1:]
    assert line == f'  timing = "{"x" * 79}…: must be a table'
