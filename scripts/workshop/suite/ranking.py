"""Which tests to run first on an app with a bug: those that speak of what the bug is about.

It changes nothing but how soon the bug shows: in the end, all tests are run that are needed.
"""

import ast
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from workshop.suite import written


class Ranking:
    """The words of tests, in their names and in how they are written; a rare word tells more."""

    def __init__(self, ids: Sequence[str], files: dict[str, bytes]) -> None:
        """Read the tests.

        Args:
            ids: the ids of the tests, as pytest has them.
            files: the files of the tests, by relative path.

        """
        self._ids = ids
        text = {
            test: ast.unparse(function)
            for name, tree in written.modules(files).items()
            for test, function in written.tests(name, tree)
        }
        named = {test: _words(test) for test in ids}
        written_in = {test: _words(text.get(test.partition("[")[0], "")) for test in ids}
        self._sorts = [(words, _weights(words.values())) for words in (named, written_in)]

    def order(self, topic: str) -> list[str]:
        """Return the ids of the tests, those that have most to do with a topic first.

        Args:
            topic: a few words on what is looked for.

        """
        asked = _words(topic)

        def nearness(test: str) -> float:
            return sum(
                weights[word] for words, weights in self._sorts for word in asked & words[test]
            )

        return sorted(self._ids, key=nearness, reverse=True)


def _words(text: str) -> set[str]:
    """Return how the longer words of a text, or of a program, begin.

    By four letters, `logged out` and `logging_out` are about the same.
    """
    return {word[:4] for word in re.split(r"[^a-z]+", text.lower()) if len(word) > 3}


def _weights(tests: Iterable[set[str]]) -> Mapping[str, float]:
    """Return how much each word tells: the fewer tests have it, the more (inverse frequency)."""
    sets = list(tests)
    counts = Counter(word for words in sets for word in words)
    return {word: math.log(1 + len(sets) / count) for word, count in counts.items()}
