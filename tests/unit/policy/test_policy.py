"""Reading, inheriting, comparing and writing policies."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from proctor_cli.errors import PolicyError
from proctor_cli.policy import Change, Policy, diff, fill, load, parse, shipped, show, validate_signals, write

HEAD = 'schema = "proctor.policy/1"\nname = "mine"\n'
EXTENDS = HEAD + 'extends = "default"\n'
RULE = """
[[rules]]
event = "X"
signal = "x.score"
above = 0.5
min_duration_s = 2
points = 5
severity = "warning"
message = "x for {duration_s} s"
"""


def rules_of(policy: Policy) -> dict[str, float]:
    return {rule.event: rule.min_duration_s for rule in policy.rules}


class TestShipped:
    @pytest.mark.parametrize("name", shipped())
    def test_is_valid_and_named_like_its_file(self, name: str) -> None:
        assert load(name).name == name

    def test_default_is_what_none_means(self) -> None:
        assert load(None).sha256 == load("default").sha256

    def test_default_has_the_rules_everybody_was_promised(self) -> None:
        """PRODUCT.md, section 3: durations in seconds, points, kinds, decay, cooldown, alerts."""
        policy = load(None)
        promised = {
            ("NO_FACE", "webcam"): (2, 5, "temporary", "warning"),
            ("MULTIPLE_FACES", "webcam"): (2, 10, "temporary", "critical"),
            ("LOOKING_AWAY", "webcam"): (3, 6, "temporary", "warning"),
            ("PHONE_DETECTED", "webcam"): (5, 15, "permanent", "critical"),
            ("TAB_SWITCH", "log"): (0, 5, "permanent", "warning"),
        }
        events = {event for event, _ in promised}
        of_exam = [rule for rule in policy.rules if rule.event in events and rule.source != "workspace"]
        told = {(r.event, r.source): (r.min_duration_s, r.points, r.kind, r.severity) for r in of_exam}
        held_s, *scores = told.pop(("TAB_SWITCH", "screen"))
        assert told == promised
        assert held_s <= 1  # a look or two: a log knows at once, a screen has to be read
        assert scores == [5, "permanent", "warning"]
        assert policy.risk.decay_per_s == 1
        assert policy.risk.critical_alert_limit == 5
        assert {rule.cooldown_s for rule in policy.rules} == {5}

    def test_quality_never_costs_points(self) -> None:
        for name in shipped():
            assert all(rule.points == 0 for rule in load(name).rules if rule.severity == "quality")


class TestParse:
    def test_sections_left_out_are_the_defaults(self) -> None:
        policy = parse(HEAD + "[timing]\nbridge_s = 7\n" + RULE, "mine.toml")
        assert policy.timing.bridge_s == 7
        assert policy.timing.hold_s == load(None).timing.hold_s
        assert policy.away == load(None).away

    def test_rules_are_only_inherited_on_request(self) -> None:
        assert rules_of(parse(HEAD + RULE, "mine.toml")) == {"X": 2}
        assert rules_of(parse(EXTENDS + RULE, "mine.toml")) == {**rules_of(load(None)), "X": 2}

    def test_an_entry_changes_the_inherited_rule_key_by_key(self) -> None:
        policy = parse(EXTENDS + '[[rules]]\nevent = "NO_FACE"\nmin_duration_s = 9\n', "mine.toml")
        (changed,) = (rule for rule in policy.rules if rule.event == "NO_FACE")
        (shipped_rule,) = (rule for rule in load(None).rules if rule.event == "NO_FACE")
        assert changed == shipped_rule.model_copy(update={"min_duration_s": 9.0})
        assert [rule.event for rule in policy.rules] == [rule.event for rule in load(None).rules]

    def test_an_entry_that_names_a_source_means_only_that_source(self) -> None:
        tab_switch = '[[rules]]\nevent = "TAB_SWITCH"\nsource = "{}"\npoints = 1\n'
        policy = parse(EXTENDS + tab_switch.format("log"), "mine.toml")
        points = {rule.source: rule.points for rule in policy.rules if rule.event == "TAB_SWITCH"}
        assert points == {"log": 1, "screen": 5}
        with pytest.raises(PolicyError, match=r"rules\[0\].signal \(TAB_SWITCH\): missing"):
            parse(EXTENDS + tab_switch.format("sound"), "mine.toml")  # a new rule, not complete

    def test_rules_of_a_room_scan_are_only_meant_when_their_source_is_named(self) -> None:
        change = EXTENDS + '[[rules]]\nevent = "PHONE_DETECTED"\nmin_duration_s = 9\n'

        def durations(text: str) -> dict[str, float]:
            rules = parse(text, "mine.toml").rules
            return {rule.source: rule.min_duration_s for rule in rules if rule.event == "PHONE_DETECTED"}

        shipped_s = durations(EXTENDS)
        assert durations(change) == {**shipped_s, "webcam": 9}
        assert durations(change + 'source = "workspace"\n') == {**shipped_s, "workspace": 9}

    def test_an_entry_that_names_the_signal_changes_only_the_rule_that_watches_it(self) -> None:
        def patience(text: str) -> dict[str, float]:
            rules = parse(EXTENDS + text, "mine.toml").rules
            return {rule.signal: rule.min_duration_s for rule in rules if rule.event == "LOOKING_AWAY"}

        entry = '[[rules]]\nevent = "LOOKING_AWAY"\nmin_duration_s = 9\n'
        below = 'signal = "away.below"\n'
        assert patience("") == {"away.aside": 3, "away.below": 3}
        assert patience(entry) == {"away.aside": 9, "away.below": 9}
        assert patience(entry + below) == {"away.aside": 3, "away.below": 9}
        assert patience(entry + below + entry.replace("9", "7") + 'signal = "away.aside"\n') == {
            "away.aside": 7,
            "away.below": 9,
        }
        off = parse(EXTENDS + entry.replace("min_duration_s = 9", "enabled = false") + below, "mine.toml")
        assert [rule.signal for rule in off.enabled_rules if rule.event == "LOOKING_AWAY"] == ["away.aside"]
        assert off.places[[rule.signal for rule in off.rules].index("away.below")] == "rules[0]"

    def test_a_signal_that_none_of_several_rules_watches_makes_a_further_rule(self) -> None:
        """Not two rules that watch the same, and score the same look twice."""
        entry = RULE.replace('"X"', '"LOOKING_AWAY"').replace("x.score", "away.ratio")
        signals = [rule.signal for rule in parse(EXTENDS + entry, "mine.toml").rules if rule.event == "LOOKING_AWAY"]
        assert signals == ["away.aside", "away.below", "away.ratio"]
        with pytest.raises(PolicyError, match=r"rules\[0\]\.min_duration_s \(LOOKING_AWAY\): missing"):
            parse(EXTENDS + '[[rules]]\nevent = "LOOKING_AWAY"\nsignal = "away.ratio"\n', "mine.toml")

    def test_of_an_event_with_one_rule_the_signal_can_be_changed(self) -> None:
        entry = '[[rules]]\nevent = "EXTRA_PERSON"\nsignal = "person.score"\n'
        rules = [rule for rule in parse(EXTENDS + entry, "mine.toml").rules if rule.event == "EXTRA_PERSON"]
        assert [(rule.source, rule.signal) for rule in rules] == [
            ("webcam", "person.score"),
            ("workspace", "person.extra"),
        ]

    def test_a_threshold_in_the_other_direction_replaces_the_old_one(self) -> None:
        policy = parse(EXTENDS + '[[rules]]\nevent = "LOW_FOCUS"\nabove = 90\n', "mine.toml")
        (rule,) = (rule for rule in policy.rules if rule.event == "LOW_FOCUS")
        assert (rule.above, rule.below, rule.release, rule.threshold) == (90, None, None, 90)

    def test_new_rules_may_share_an_event(self) -> None:
        policy = parse(EXTENDS + RULE + RULE.replace("above = 0.5", "above = 0.9"), "mine.toml")
        assert [rule.above for rule in policy.rules if rule.event == "X"] == [0.5, 0.9]

    def test_a_rule_can_be_switched_off(self) -> None:
        policy = parse(EXTENDS + '[[rules]]\nevent = "NO_FACE"\nenabled = false\n', "mine.toml")
        assert len(policy.enabled_rules) == len(load(None).rules) - 1
        assert "NO_FACE" not in {rule.event for rule in policy.enabled_rules}

    def test_another_shipped_policy_can_be_extended(self) -> None:
        policy = parse(HEAD + 'extends = "strict"\n', "mine.toml")
        assert policy.priority == load("strict").priority
        assert policy.rules == load("strict").rules

    def test_is_frozen(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            load(None).timing.bridge_s = 3

    def test_survives_the_way_to_a_worker(self) -> None:
        policy = pickle.loads(pickle.dumps(load("strict")))
        assert policy == load("strict")
        assert show(policy) == show(load("strict"))


class TestLoad:
    def test_reads_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.toml"
        file.write_text(EXTENDS, encoding="utf-8")
        assert load(file).name == "mine"

    def test_a_file_goes_before_a_shipped_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "strict").write_text(EXTENDS, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        assert load("strict").name == "mine"

    def test_says_which_file_is_missing_and_what_there_is(self) -> None:
        with pytest.raises(PolicyError) as caught:
            load("nowhere.toml")
        assert str(caught.value) == (
            "nowhere.toml: cannot be read: no such file or directory. "
            "Give a TOML file or one of: default, lenient, strict."
        )
        assert caught.value.exit_code == 2

    def test_refuses_what_is_no_text(self, tmp_path: Path) -> None:
        file = tmp_path / "photo.toml"
        file.write_bytes(b"\xff\xd8\xff\xe0")
        with pytest.raises(PolicyError, match="not UTF-8 text"):
            load(file)


class TestText:
    def test_shows_the_file_with_its_comments(self) -> None:
        assert show(load(None)).startswith("# The shipped policy")
        assert show(parse(EXTENDS, "mine.toml")) == EXTENDS

    @pytest.mark.parametrize("name", shipped())
    def test_written_in_full_it_reads_back_the_same(self, name: str) -> None:
        policy = load(name)
        assert parse(write(policy), "written").sha256 == policy.sha256

    def test_lists_of_tables_are_written_entry_by_entry(self) -> None:
        site = '{ name = "Über \\"us\\"", signs = ["uber.us", "x"] }'
        policy = parse(EXTENDS + f"[screen]\nforbidden = [{site}]\nallowed = []\n", "mine.toml")
        assert [(site.name, site.signs) for site in policy.screen.forbidden] == [('Über "us"', ("uber.us", "x"))]
        assert parse(write(policy), "written").sha256 == policy.sha256

    def test_any_text_survives_being_written(self) -> None:
        message = 'quote " backslash \\ tab \t delete \x7f newline \n snowman ☃'
        policy = load(None).model_copy(update={"name": message})
        assert parse(write(policy), "written").name == message

    def test_hash_is_of_the_meaning_not_of_the_text(self) -> None:
        a = parse(EXTENDS, "a")
        b = parse("# a comment\n" + EXTENDS + "[timing]\nbridge_s = 2\n", "b")
        c = parse(EXTENDS + "[timing]\nbridge_s = 2.5\n", "c")
        assert a.sha256 == b.sha256 != c.sha256


class TestParts:
    PARTS = 'parts = { "y.score" = "y \\"quoted\\", ümlaut", "z.score" = "" }\n'

    def test_are_read_and_written_back(self) -> None:
        policy = parse(HEAD + RULE + self.PARTS, "mine.toml")
        (rule,) = policy.rules
        assert rule.parts == {"y.score": 'y "quoted", ümlaut', "z.score": ""}
        again = parse(write(policy), "written")
        assert again.rules == policy.rules
        assert again.sha256 == policy.sha256

    def test_there_are_none_without_them(self) -> None:
        policy = parse(HEAD + RULE, "mine.toml")
        assert policy.rules[0].parts == {}
        assert parse(write(policy), "written").rules == policy.rules

    def test_count_in_the_hash(self) -> None:
        with_parts = parse(HEAD + RULE + self.PARTS, "mine.toml")
        assert with_parts.sha256 != parse(HEAD + RULE, "mine.toml").sha256
        assert with_parts.sha256 != parse(HEAD + RULE + self.PARTS.replace("ümlaut", "umlaut"), "mine.toml").sha256

    def test_survive_the_way_to_a_worker(self) -> None:
        policy = parse(HEAD + RULE + self.PARTS, "mine.toml")
        assert pickle.loads(pickle.dumps(policy)) == policy

    def test_replace_the_inherited_ones(self) -> None:
        entry = '[[rules]]\nevent = "LOOKING_AWAY"\nsignal = "away.aside"\nparts = { "away.left" = "west" }\n'
        (rule,) = (rule for rule in parse(EXTENDS + entry, "mine.toml").rules if rule.signal == "away.aside")
        assert rule.parts == {"away.left": "west"}

    @pytest.mark.parametrize("wrong", ['parts = ["y.score"]', 'parts = "y.score"', 'parts = { "y.score" = 3 }'])
    def test_are_words_by_signal(self, wrong: str) -> None:
        with pytest.raises(PolicyError, match=r"rules\[0\]\.parts.* \(X\) = .*: must be a (table|text)"):
            parse(HEAD + RULE + wrong + "\n", "mine.toml")

    def test_must_be_known_signals(self) -> None:
        policy = parse(HEAD + RULE + self.PARTS, "mine.toml")
        with pytest.raises(PolicyError) as caught:
            validate_signals(policy, {"x.score", "y.score", "z.other"})
        assert str(caught.value).splitlines()[1:] == [
            '  rules[0].parts (X) = "z.score": no such signal; did you mean "y.score"?'
        ]

    def test_can_stand_in_the_message(self) -> None:
        policy = parse(HEAD + RULE.replace("x for", "x, {part}, for") + self.PARTS, "mine.toml")
        assert "{part}" in policy.rules[0].message
        with pytest.raises(PolicyError, match="is not a template"):
            parse(HEAD + RULE.replace("x for", "{part:.2f} for"), "mine.toml")

    @pytest.mark.parametrize("name", shipped())
    def test_of_shipped_rules_are_told_in_their_messages(self, name: str) -> None:
        rules = load(name).rules
        assert any(rule.parts for rule in rules)
        for rule in rules:
            assert ("{part}" in rule.message) == bool(rule.parts), rule.event
            assert all(rule.parts.values())


class TestDiff:
    def test_parts_are_shown(self) -> None:
        entry = '[[rules]]\nevent = "LOOKING_AWAY"\nsignal = "away.aside"\nparts = { "away.left" = "west" }\n'
        changes = diff(load(None), parse(EXTENDS + entry, "mine.toml"))
        assert [change.key for change in changes if "parts" in change.key] == ["rules.LOOKING_AWAY.parts"]

    def test_nothing_differs_from_itself(self) -> None:
        assert diff(load(None), load("default")) == []

    def test_lists_changed_keys_with_both_values(self) -> None:
        text = EXTENDS + '[timing]\nbridge_s = 3\n[[rules]]\nevent = "VIRTUAL_MACHINE"\nkind = "temporary"\n'
        assert diff(load(None), parse(text, "mine.toml")) == [
            Change("name", '"default"', '"mine"'),
            Change("timing.bridge_s", "2.0", "3.0"),
            Change("rules.VIRTUAL_MACHINE[log].kind", '"permanent"', '"temporary"'),
        ]

    def test_a_rule_that_only_one_has_is_one_change(self) -> None:
        here, there = parse(EXTENDS, "a"), parse(EXTENDS + RULE, "b")
        added = "x.score above 0.5 for 2 s: warning, 5 temporary"
        assert diff(here, there) == [Change("rules.X", None, added)]
        assert diff(there, here) == [Change("rules.X", added, None)]

    def test_tells_rules_of_one_event_apart(self) -> None:
        two = RULE + RULE.replace("above = 0.5", "above = 0.9")
        a, b = parse(HEAD + two, "a"), parse(HEAD + two.replace("0.9", "0.8"), "b")
        assert diff(a, b) == [Change("rules.X#2.above", "0.9", "0.8")]


class TestSignals:
    def test_every_rule_must_watch_a_known_signal(self) -> None:
        policy = parse(HEAD + RULE + 'confidence_signal = "y.scor"\n', "mine.toml")
        validate_signals(policy, {"x.score", "y.scor"})
        with pytest.raises(PolicyError) as caught:
            validate_signals(policy, {"y.score", "z.angle_deg"})
        assert str(caught.value).splitlines() == [
            "policy mine: 2 mistakes",
            '  rules[0].signal (X) = "x.score": no such signal; did you mean "y.score"?',
            '  rules[0].confidence_signal (X) = "y.scor": no such signal; did you mean "y.score"?',
        ]

    def test_rules_that_are_off_may_watch_anything(self) -> None:
        validate_signals(parse(HEAD + RULE + "enabled = false\n", "mine.toml"), {"y.score"})


class TestMessage:
    def test_numbers_are_written_as_a_person_would(self) -> None:
        values: dict[str, float | str] = {"a": 12.3456, "b": 0.0349, "c": 5.0, "d": 7265.04, "e": "x"}
        assert fill("{a} {b} {c} {d} {e}", values) == "12.3 0.03 5 7265 x"
        assert fill("{a:.0f} {{b}}", values) == "12 {b}"
