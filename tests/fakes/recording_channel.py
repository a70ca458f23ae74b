"""Channels that keep what they are given and answer as they are told."""

from collections.abc import Callable

from notifier.channels.outcome import Letter, Outcome, Retry, Sent
from notifier.channels.webhook import Post


class RecordingChannel:
    """``Channel`` for tests: ``answers`` are given one after the other, then everything is accepted."""

    def __init__(self, *answers: Outcome) -> None:
        self.letters: list[Letter] = []
        self.answers = list(answers)
        self.closed = False

    def send(self, letter: Letter, before_data: Callable[[], bool]) -> Outcome:
        if not before_data():
            return Retry("the claim has ended")
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, Sent):
            self.letters.append(letter)
        return answer

    def close(self) -> None:
        self.closed = True


class RecordingPoster:
    """``PostChannel`` for tests: ``answers`` are given one after the other, then everything is accepted."""

    def __init__(self, *answers: Outcome) -> None:
        self.posts: list[Post] = []
        self.answers = list(answers)

    def send(self, post: Post, before_data: Callable[[], bool]) -> Outcome:
        if not before_data():
            return Retry("the claim has ended")
        self.posts.append(post)
        return self.answers.pop(0) if self.answers else Sent()
