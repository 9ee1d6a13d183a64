"""Submissions whose code is unusually equal, shown for a person to judge: a measure, no proof.

Code is compared by fingerprints that renaming, comments, formatting and the order of functions do
not change: hashes of runs of symbols, of which winnowing keeps some so that each run that is long
enough and that two programs share leaves one in both (Schleimer, Wilkerson and Aiken, "Winnowing:
Local Algorithms for Document Fingerprinting", SIGMOD 2003). What the course gives, in the starter,
the solution or the lesson, is nobody's own, and neither is what many in the class have.
"""

import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from workshop import starters
from workshop.course import Stage
from workshop.grading.grades import Pair
from workshop.grading.symbols import Symbols, Vocabulary, code_in

# So many symbols make a run; of so many runs in a row one is kept. A stretch that two have in
# common is found when it is of their sum less one: some four lines.
_RUN = 16
_WINDOW = 8
_MOST_BYTES = 600_000
# What more of a class have than that is how it is done, and nobody's own.
_FEW, _FEW_SHARE = 5, 0.1
# How much two have to share: as many fingerprints that nobody else has, or more that others have.
_LEAST_EVIDENCE = 12.0
_MOST_PLACES = 20
_MOST_EXCERPTS = 3
_MOST_LINES = 30
_BASE, _PRIME = 1_000_003, (1 << 61) - 1


@dataclass(frozen=True)
class _Code:
    """The code of a student, file by file, and its fingerprints."""

    files: tuple[Symbols, ...]
    prints: frozenset[int]


def pairs(stage: Stage, copies: Mapping[str, Path]) -> list[Pair]:
    """Return the pairs of submissions to a stage whose code is unusually equal, most equal first.

    Unusual is a pair that shares enough code of its own, and so much of the smaller one's that it
    is nearer to all of it than to what a student of this class usually shares with the nearest.

    Args:
        stage: the stage.
        copies: the folders of the apps that were handed in, by student.

    """
    course = _Course(stage)
    codes = {}
    for student, folder in copies.items():
        files = course.vocabulary.symbols_of(_own_files(course, folder))
        codes[student] = _Code(tuple(files), _winnowed(files) - course.runs)
    return _unusual(stage, codes, course.runs)


class _Course:
    """What the course gives for a stage: starter, solution and lesson, and all runs in them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        lesson = stage.starter / "README.md"
        shown = code_in(starters.read(lesson)) if lesson.is_file() else []
        parts = (
            starters.solved(stage),
            starters.yielded(stage),
            {f"{number}.md": text for number, text in enumerate(shown)},
        )
        given = [{k: v for k, v in part.items() if k.endswith((".py", ".md"))} for part in parts]
        self.texts = {text for part in given for text in part.values()}
        self.vocabulary = Vocabulary.of(given)
        self.runs = frozenset(
            value
            for part in given
            for symbols in self.vocabulary.symbols_of(part)
            for value in _runs(symbols)
            if value
        )


def _own_files(course: _Course, folder: Path) -> dict[str, str]:
    """Return the files of Python that are not just the course's, as far as they are to be read."""
    sizes = {
        name: (folder / name).stat().st_size
        for name in starters.files_of(folder)
        # Most of a migration is written by a program, which writes the same for all.
        if name.endswith(".py") and not name.startswith("migrations/")
    }
    files: dict[str, str] = {}
    left = _MOST_BYTES
    # The small ones first, so that no large one keeps the others from being read.
    for name in sorted(sizes, key=lambda name: (sizes[name], name)):
        left -= sizes[name]
        if left < 0 or not course.stage.is_edited(name):
            continue
        text = (folder / name).read_bytes().replace(b"\r\n", b"\n").decode("utf-8", "replace")
        if text not in course.texts and "\0" not in text:
            files[name] = text
    return files


def _unusual(stage: Stage, codes: Mapping[str, _Code], given: frozenset[int]) -> list[Pair]:
    owners: dict[int, list[str]] = defaultdict(list)
    for student, code in codes.items():
        for value in code.prints:
            owners[value].append(student)
    few = max(_FEW, len(codes) * _FEW_SHARE)
    own: dict[str, int] = defaultdict(int)
    shared: dict[tuple[str, str], int] = defaultdict(int)
    evidence: dict[tuple[str, str], float] = defaultdict(float)
    common = set()
    for value, students in owners.items():
        if len(students) > few:
            common.add(value)
            continue
        for student in students:
            own[student] += 1
        for two in combinations(students, 2):
            shared[two] += 1
            evidence[two] += 1 / (len(students) - 1)
    shares = {two: count / min(own[two[0]], own[two[1]]) for two, count in shared.items()}
    least = (1 + _usual(codes, shares)) / 2
    ignored = given | common
    found = [
        Pair(stage.number, *two, share, _excerpts(codes[two[0]], codes[two[1]], ignored))
        for two, share in shares.items()
        if share >= least and evidence[two] >= _LEAST_EVIDENCE
    ]
    return sorted(found, key=lambda pair: (-pair.share, pair.first, pair.second))


def _usual(students: Collection[str], shares: Mapping[tuple[str, str], float]) -> float:
    """Return how much a student of this class shares with whoever is nearest.

    Of a few nothing is usual, and nothing ever makes it usual to share more than a half.
    """
    if len(students) <= _FEW:
        return 0.0
    nearest = dict.fromkeys(students, 0.0)
    for two, share in shares.items():
        for student in two:
            nearest[student] = max(nearest[student], share)
    return min(0.5, statistics.median(nearest.values()))


def _runs(symbols: Symbols) -> list[int]:
    """Return a hash of the run that starts at each symbol; 0 where a part ends before it does."""
    top = pow(_BASE, _RUN, _PRIME)
    codes, result = symbols.codes, [0] * len(symbols.codes)
    for start, end in symbols.spans():
        value = 0
        for index in range(start, end):
            value = (value * _BASE + codes[index]) % _PRIME
            if index - start >= _RUN:
                value = (value - codes[index - _RUN] * top) % _PRIME
            if index - start >= _RUN - 1:
                result[index - _RUN + 1] = value
    return result


def _winnowed(files: Iterable[Symbols]) -> frozenset[int]:
    """Return the least hash of each window of runs."""
    kept: set[int] = set()
    for symbols in files:
        runs = _runs(symbols)
        for start, end in symbols.spans():
            part = [value for value in runs[start:end] if value]
            if part:
                last = max(1, len(part) - _WINDOW + 1)
                kept.update(min(part[i : i + _WINDOW]) for i in range(last))
    return frozenset(kept)


def _excerpts(
    first: _Code, second: _Code, ignored: frozenset[int] | set[int]
) -> tuple[tuple[str, str], ...]:
    """Return the longest stretches that two have in common, as each of them wrote them."""
    places: dict[int, list[tuple[Symbols, list[int], int]]] = defaultdict(list)
    for symbols in second.files:
        runs = _runs(symbols)
        for index, value in enumerate(runs):
            if value and value not in ignored and len(places[value]) < _MOST_PLACES:
                places[value].append((symbols, runs, index))
    stretches = []
    for symbols in first.files:
        runs, index = _runs(symbols), 0
        while index < len(runs):
            length, place = _longest(runs, index, places.get(runs[index], []), ignored)
            if place:
                other, start = place
                stretches.append((length, (symbols, index), (other, start)))
            index += max(1, length)
    stretches.sort(key=lambda stretch: -stretch[0])
    return tuple(
        (_lines(*one, length + _RUN - 1), _lines(*two, length + _RUN - 1))
        for length, one, two in stretches[:_MOST_EXCERPTS]
    )


def _longest(
    runs: list[int],
    index: int,
    places: list[tuple[Symbols, list[int], int]],
    ignored: frozenset[int] | set[int],
) -> tuple[int, tuple[Symbols, int] | None]:
    """Return how many runs from one on are the same at the best of places, and that place."""
    longest, best = 0, None
    for symbols, other, start in places:
        length, most = 0, min(len(runs) - index, len(other) - start)
        while (
            length < most
            and runs[index + length] == other[start + length]
            and runs[index + length]
            and runs[index + length] not in ignored
        ):
            length += 1
        if length > longest:
            longest, best = length, (symbols, start)
    return longest, best


def _lines(symbols: Symbols, start: int, count: int) -> str:
    first, last = symbols.lines[start], symbols.lines[start + count - 1]
    lines = symbols.text.split("\n")[first : last + 1]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "…"]
    return "\n".join(lines)
