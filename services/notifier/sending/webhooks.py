"""One attempt at one webhook to a merchant's team."""

from collections.abc import Callable
from typing import Protocol

from chassis.sealing import Sealed, Sealer
from notifier.channels.compose import Content
from notifier.channels.outcome import Outcome
from notifier.channels.webhook import Post
from notifier.rendering.kept_content import pack
from notifier.rendering.letters import Telling
from notifier.rendering.webhooks import WebhookWriter
from notifier.sending.rows import Ended, Row, State
from wismo.orders.v1 import merchant_pb2, order_pb2


class PostChannel(Protocol):
    """A way to a merchant's systems, shared by all senders."""

    def send(self, post: Post, before_data: Callable[[], bool]) -> Outcome:
        """One attempt; as the channel for letters, it raises nothing for what the other side does."""
        ...


class Webhooks:
    """Writes and posts webhooks. Shared by all senders."""

    def __init__(self, channel: PostChannel, sealer: Sealer) -> None:
        self._channel = channel
        self._writer = WebhookWriter(sealer)
        self._sealer = sealer

    def written(
        self, row: Row, telling: Telling, order: order_pb2.Order, merchant: merchant_pb2.Merchant
    ) -> Post | Ended:
        """What is to be posted. Raises CannotOpen when the merchant's secret cannot be opened."""
        post = self._writer.post(row.id, telling, order, merchant)
        return post if post is not None else Ended(State.SKIPPED, "the merchant wants no webhooks")

    def send(self, post: Post, may_go_out: Callable[[], bool]) -> Outcome:
        """One attempt, as the channel makes it."""
        return self._channel.send(post, may_go_out)

    def kept(self, post: Post, row: Row) -> Sealed:
        """What was said, for whoever looks later. No secret is in it."""
        return pack(Content(row.kind.value, post.body.decode(), ""), row.id, self._sealer)
