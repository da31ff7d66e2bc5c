"""Things and people round the candidate, from the boxes that the object detector saved.

Rooms are full of books and screens that are nobody's fault. What stands in view in the first seconds and stays
where it is, is part of the room; only what comes later counts. A scan of the room before the exam is another matter:
the camera moves, and what stands there is just what is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from proctor_cli.policy import Objects, Policy
from proctor_cli.risk.posters import Posters
from proctor_cli.types import Box, Observation

_THINGS = ("laptop", "book", "tv")
_WEARABLES = ("headphones.score", "earbuds.score", "smartwatch.score")
_RECENT_S = 1.5
"""A weak sighting of a phone counts if there was another near it this little before."""
_REACH = 0.25
"""As far, in fractions of the picture, as a hand moves a phone in that time."""
_MIN_LOOKS = 3
"""A thing of the room is seen at least so often while the room is learned: a detector's slip is not furniture."""
_SCANNED_HEIGHT = 0.2
"""Smallest height of a person in a room scan: somebody across the room is larger, a photograph on a shelf is not."""
_MAX_AREA = 0.6
"""A "screen" that fills more of the picture is the picture itself: neither a thing nor a part of the room."""


class Surroundings:
    """Follows the objects of one webcam, or (``scan``) of one room scan, where there is no ``banned.score``.

    - ``phone.seen``: best score of a phone that can be one by its size and place, and that is either sure
      ([objects] phone_sure_score) or was already seen near there a moment before; 0 when there is none;
    - ``banned.score``: best score of a laptop, book or screen that is not part of the room, 0 when there is none; None
      in the first seconds ([objects] room_s), while the room is learned;
    - ``wearables.score``: best score of headphones, earbuds or a smartwatch, of those that the network knows: they are
      on the candidate, so the room has none;
    - ``person.extra``: best score of a person who is neither the candidate (the largest) nor far behind, 0 when there
      is none.

    None where the detector could not look.
    """

    def __init__(self, policy: Policy, *, scan: bool = False) -> None:
        self._objects = policy.objects
        self._scan = scan
        self._person_min_height = _SCANNED_HEIGHT if scan else policy.objects.person_min_height
        self._phones: list[tuple[float, Box]] = []  # seen lately: when, where
        self._posters = Posters()
        self._room = _Room(policy.objects.room_s, policy.objects.room_overlap)

    def look(self, observation: Observation) -> dict[str, float | None]:
        """The derived signals of one moment, in order of time; empty where the detector did not look."""
        values, boxes = observation.values, observation.boxes
        found: dict[str, float | None] = {}
        if "phone.score" in values:
            found["phone.seen"] = None if values["phone.score"] is None else self._phone(observation)
        if "laptop.score" in values and not self._scan:
            found["banned.score"] = None if values["laptop.score"] is None else self._banned(observation)
        if not self._scan and any(signal in values for signal in _WEARABLES):
            worn = [score for signal in _WEARABLES if (score := values.get(signal)) is not None]
            found["wearables.score"] = max(worn, default=None)
        if "person.score" in values:
            found["person.extra"] = None if values["person.score"] is None else self._person(observation.t_s, boxes)
        return found

    def _phone(self, observation: Observation) -> float:
        limits, t_s = self._objects, observation.t_s
        possible = find_phones(observation.boxes, limits)
        before = [(seen_s, box) for seen_s, box in self._phones if seen_s >= t_s - _RECENT_S]
        self._phones = before + [(t_s, box) for box in possible]
        scores = [
            box.score
            for box in possible
            if box.score >= limits.phone_sure_score or any(_near(box, earlier) for _, earlier in before)
        ]
        return max(scores, default=0.0)

    def _banned(self, observation: Observation) -> float | None:
        if self._room.learn(observation.t_s, [box for box in observation.boxes if _is_thing(box)]):
            return None
        things = find_things(observation.boxes, self._objects)
        return max((box.score for box in things if not self._room.holds(box)), default=0.0)

    def _person(self, t_s: float, boxes: tuple[Box, ...]) -> float:
        limits = self._objects
        candidate, others = split_people(boxes, limits)
        if not self._scan:
            others = self._posters.find_people(t_s, others)
        if candidate is None:
            return 0.0
        near = (box for box in others if is_beside(box, candidate, self._person_min_height, limits))
        return max((box.score for box in near), default=0.0)


def find_phones(boxes: Sequence[Box], limits: Objects) -> list[Box]:
    """The boxes that can be phones, by their size and place, however unsure the detector was of them."""
    phones = [
        box
        for box in boxes
        if box.label == "phone" and box.score >= limits.phone_min_score and box.area <= limits.phone_max_area
    ]
    if not phones:
        return phones
    face = max((box for box in boxes if box.label == "face"), key=lambda box: box.area, default=None)
    return [box for box in phones if not (face and _swallows(box, face))]


def find_things(boxes: Iterable[Box], limits: Objects) -> list[Box]:
    """The laptops, books and screens that are there at all."""
    least = {"laptop": limits.laptop_min_score, "book": limits.book_min_score, "tv": limits.tv_min_score}
    return [box for box in boxes if _is_thing(box) and box.score >= least[box.label]]


def split_people(boxes: Iterable[Box], limits: Objects) -> tuple[Box | None, list[Box]]:
    """The candidate, who is the largest person, and everybody else."""
    people = [box for box in boxes if box.label == "person" and box.score >= limits.person_min_score]
    if len(people) == 1:
        return people[0], []
    candidate = max(people, key=lambda box: box.area, default=None)
    return candidate, [box for box in people if box is not candidate]


def is_beside(person: Box, candidate: Box, min_height: float, limits: Objects) -> bool:
    """Whether somebody is neither far behind the candidate nor a part of them."""
    return person.height >= min_height and _inside(person, candidate) <= limits.person_max_inside


class _Room:
    """The things that were there from the beginning."""

    def __init__(self, learn_s: float, overlap: float) -> None:
        self._learn_s, self._overlap = learn_s, overlap
        self._end_s: float | None = None
        self._looks: list[list[Box]] = []

    def learn(self, t_s: float, things: list[Box]) -> bool:
        """Take in the things of one look; False once the room is known and no more is learned."""
        if self._end_s is None:
            self._end_s = t_s + self._learn_s
        if t_s < self._end_s:
            self._looks.append(things)
            return True
        return False

    def holds(self, box: Box) -> bool:
        """Whether ``box`` is one of the room's things, or a part of one: shelves are cut up differently each time."""
        seen = (things for things in self._looks if any(self._same(thing, box) for thing in things))
        return len(list(islice(seen, _MIN_LOOKS))) == _MIN_LOOKS

    def _same(self, thing: Box, box: Box) -> bool:
        return thing.label == box.label and _shared(thing, box) >= self._overlap


def _is_thing(box: Box) -> bool:
    return box.label in _THINGS and box.area <= _MAX_AREA


def _intersection(first: Box, second: Box) -> float:
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    return width * height if width > 0 and height > 0 else 0.0


def _shared(first: Box, second: Box) -> float:
    """Intersection over the smaller of the two areas, 0-1."""
    smaller = min(first.area, second.area)
    return _intersection(first, second) / smaller if smaller else 0.0


def _inside(inner: Box, outer: Box) -> float:
    """Share of ``inner`` that lies in ``outer``, 0-1."""
    return _intersection(inner, outer) / inner.area if inner.area else 0.0


def _near(first: Box, second: Box) -> bool:
    """Whether two boxes can be one hand-held thing at two moments: their centres are a hand's reach apart at most."""
    across = (first.x0 + first.x1 - second.x0 - second.x1) / 2
    down = (first.y0 + first.y1 - second.y0 - second.y1) / 2
    return abs(across) <= _REACH and abs(down) <= _REACH


def _swallows(box: Box, face: Box) -> bool:
    """Whether ``box`` covers most of ``face``: no phone hides a whole face that is still seen."""
    return _inside(face, box) > 0.6
