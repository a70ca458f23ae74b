"""What the tests of deployment did, one line for each step, shown at their end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """Something that was done, in the past tense, with its counts; `seconds` is how long it took."""

    did: str
    what: str
    seconds: float


@dataclass
class Told:
    """The steps in the order in which they ended."""

    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, did: str, what: str = "") -> Iterator[list[str]]:
        """Time it. What it counted is put into the list. A step that raises is not told: it was not done."""
        said = [what] if what else []
        began = time.monotonic()
        yield said
        self.steps.append(Step(did, ", ".join(said), time.monotonic() - began))

    def lines(self) -> list[str]:
        """As a table of plain text."""
        width = max((len(one.did) for one in self.steps), default=0)
        rows = [f"{one.did:{width}}  {one.seconds:6.1f} s  {one.what}" for one in self.steps]
        return [*rows, f"{counted(len(self.steps), 'step')}, {sum(one.seconds for one in self.steps):.0f} s"]


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: `1 pod`, `3 pods`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
