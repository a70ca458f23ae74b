"""An outbox in dictionaries. It keeps the port's promises; `tests/contract/chassis` holds it to that."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from pymongo.client_session import ClientSession

from chassis.outbox import Letter, Refused, Told, Waiting


class InMemoryOutbox:
    """`Outbox` in a dictionary. `down`, when set, is raised by every call."""

    def __init__(self) -> None:
        self.waiting: dict[str, tuple[Letter, datetime, int]] = {}
        self.aside: dict[str, tuple[Letter, str]] = {}
        self.down: Exception | None = None
        self._lock = Lock()

    @property
    def letters(self) -> list[Letter]:
        """Everything that waits, in the order in which it was put."""
        return [letter for letter, _, _ in self.waiting.values()]

    def put(self, *letters: Letter, session: ClientSession | None = None) -> None:
        with self._locked():
            for letter in letters:
                self.waiting.setdefault(letter.id, (letter, letter.at, 0))

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
        with self._locked():
            due = sorted((row for row in self.waiting.values() if row[1] <= now), key=lambda row: row[1])[:limit]
            for letter, _, attempts in due:
                self.waiting[letter.id] = (letter, until, attempts)
            return [Waiting(letter, attempts) for letter, _, attempts in due]

    def told(self, letter_id: str) -> None:
        with self._locked():
            self.waiting.pop(letter_id, None)

    def postpone(self, letter_id: str, due_at: datetime) -> None:
        with self._locked():
            if letter_id in self.waiting:
                letter, _, attempts = self.waiting[letter_id]
                self.waiting[letter_id] = (letter, due_at, attempts + 1)

    def refused(self, letter_id: str, reason: str) -> None:
        with self._locked():
            row = self.waiting.pop(letter_id, None)
            if row is not None:
                self.aside[letter_id] = (row[0], reason)

    def again(self, letter_id: str, now: datetime) -> bool:
        with self._locked():
            found = self.aside.pop(letter_id, None)
            if found is not None:
                self.waiting[letter_id] = (found[0], now, 0)
            return found is not None

    def depth(self) -> int:
        return len(self.waiting)

    def set_aside(self) -> int:
        return len(self.aside)

    def _locked(self) -> Lock:
        if self.down is not None:
            raise self.down
        return self._lock


class ScriptedReceiver:
    """`Tell` that gives the scripted answers first, then takes everything."""

    def __init__(self) -> None:
        self.answers: list[Told | Refused] = []
        self.told: list[Letter] = []

    def tell(self, letter: Letter) -> Told:
        answer = self.answers.pop(0) if self.answers else Told.TAKEN
        if isinstance(answer, Refused):
            raise answer
        if answer is Told.TAKEN:
            self.told.append(letter)
        return answer
