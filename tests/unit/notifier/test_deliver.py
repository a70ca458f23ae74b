"""What is looked at before a message leaves, and how each outcome settles its row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from chassis.keys import KeyRing
from chassis.sealing import Sealer
from chassis.signed_links import LinkSigner
from notifier.adapters.ledger_documents import new_row
from notifier.channels.outcome import Outcome, Rejected, Retry, Unknown
from notifier.planning.kinds import MessageKind
from notifier.planning.plan import WEBHOOK, PlannedMessage, Preferences, plan
from notifier.rendering.addressing import Addressing
from notifier.rendering.letters import Renderer
from notifier.sending.deliver import GIVE_UP_AFTER, Deliverer, Work
from notifier.sending.ledger import NewMessage
from notifier.sending.rows import Again, Claim, Doubtful, Ended, Part, Sent, Snapshot, State
from notifier.sending.webhooks import Webhooks
from tests.fakes.in_memory_ledger import InMemoryLedger
from tests.fakes.recording_channel import RecordingChannel, RecordingPoster
from tests.samples import keys, mixed
from tests.samples.story import stamp
from wismo.care.v1.notice_pb2 import Notice
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import merchant_pb2 as merchants
from wismo.orders.v1.secret_pb2 import Secret

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Clock:
    time = NOW

    def now(self) -> datetime:
        return self.time


def deliverer(
    channel: RecordingChannel,
    clock: Clock | None = None,
    *,
    sealer: Sealer | None = None,
    poster: RecordingPoster | None = None,
) -> Deliverer:
    signer = LinkSigner(KeyRing.parse(keys.LINK_KEYS))
    renderer = Renderer(sealer or keys.sealer(), signer, "https://orders.test/")
    return Deliverer(
        renderer,
        channel,
        InMemoryLedger(),
        clock or Clock(),
        Addressing("test.invalid"),
        keys.sealer(),
        Webhooks(poster or RecordingPoster(), sealer or keys.sealer()),
        monotonic=lambda: 0.0,
    )


def work(event: OrderEvent, newest: OrderEvent | None = None, *, stop_at: float = 60.0) -> Work:
    newest = newest or event
    message = plan(event, event.merchant.policies, Preferences())[0]
    row = new_row(NewMessage(message, event.change.SerializeToString(), NOW), NOW)
    snapshot = Snapshot(newest.subject, newest.sequence, newest.merchant.name, newest.order.SerializeToString())
    return Work(Claim(row, "token"), snapshot, newest.merchant.SerializeToString(), stop_at)


def test_a_message_goes_to_the_buyer_from_the_merchant() -> None:
    channel = RecordingChannel()
    result, _ = deliverer(channel).deliver(work(mixed.mixed_order().told[0]))
    assert result == Sent()
    letter = message_from_bytes(channel.letters[0].content, policy=policy.default)
    assert (channel.letters[0].sender, channel.letters[0].recipient) == ("orders@lantern.test", "robin@buyers.test")
    assert letter["From"] == "Lantern Books <orders@lantern.test>"
    assert letter["Reply-To"] == "care@lantern.test"


def test_all_messages_of_an_order_are_one_thread() -> None:
    channel, story = RecordingChannel(), mixed.mixed_order()
    for event in (story.told[0], story.told[1], story.told[3]):
        deliverer(channel).deliver(work(event))
    letters = [message_from_bytes(letter.content, policy=policy.default) for letter in channel.letters]
    root = letters[0]["Message-ID"]
    assert letters[0]["References"] is None
    assert [letter["References"] for letter in letters[1:]] == [root, root]


def test_the_table_shows_the_newest_order_and_the_words_the_event() -> None:
    channel, story = RecordingChannel(), mixed.mixed_order()
    deliverer(channel).deliver(work(story.told[1], story.told[2]))
    body = message_from_bytes(channel.letters[0].content, policy=policy.default).get_body(("plain",))
    assert body is not None
    assert "Your download is ready" in body.get_content()
    assert "Access is open" in body.get_content()


def test_a_stale_message_is_skipped() -> None:
    channel, story = RecordingChannel(), mixed.mixed_order()
    out_for_delivery, delivered = story.told[5], story.told[6]
    result, outcome = deliverer(channel).deliver(work(out_for_delivery, delivered))
    assert result == Ended(State.SKIPPED, "the parcel is further by now")
    assert (outcome, channel.letters) == (None, [])


def test_of_a_merged_message_only_what_is_still_true_is_told() -> None:
    channel, story = RecordingChannel(), mixed.mixed_order()
    download, out_for_delivery, newest = story.told[1], story.told[5], story.told[6]
    item = work(out_for_delivery, newest)
    part = Part(
        "part",
        download.sequence,
        plan(download, merchants.Policies(), Preferences())[0].kind,
        download.change.SerializeToString(),
    )
    row = replace(item.claim.row, parts=(part,))
    result, _ = deliverer(channel).deliver(replace(item, claim=replace(item.claim, row=row)))
    assert result == Sent()
    assert b"your download is ready" in channel.letters[0].content


def test_nothing_is_told_to_a_buyer_whose_data_was_erased() -> None:
    event = mixed.mixed_order().told[0]
    event.order.erase_time.CopyFrom(stamp(NOW))
    result, _ = deliverer(RecordingChannel()).deliver(work(event))
    assert result == Ended(State.SKIPPED, "the buyer's data was erased")


def test_a_buyer_without_an_address_is_skipped() -> None:
    event = mixed.mixed_order().told[0]
    event.order.buyer.email = ""
    result, _ = deliverer(RecordingChannel()).deliver(work(event))
    assert result == Ended(State.SKIPPED, "the buyer has no e-mail address")


@pytest.mark.parametrize("missing", ["email", "phone", "postal_address"])
def test_a_merchant_that_cannot_be_reached_sends_nothing(missing: str) -> None:
    event = mixed.mixed_order().told[0]
    event.merchant.contact.ClearField(missing)  # type: ignore[arg-type]  # One of three names of fields.
    result, _ = deliverer(RecordingChannel()).deliver(work(event))
    assert result == Ended(State.DEAD, "no contact block")


def test_an_address_that_would_smuggle_headers_in_ends_dead() -> None:
    event = mixed.mixed_order().told[0]
    event.order.buyer.email = "robin@buyers.test\r\nBcc: all@example.org"
    result, _ = deliverer(RecordingChannel()).deliver(work(event))
    assert result == Ended(State.DEAD, "the header To cannot be written")


def test_a_secret_that_cannot_be_opened_is_tried_again_and_shown_to_nobody() -> None:
    other = Sealer(KeyRing.parse("k9:" + "A" * 43 + "=", base64_bytes=32))
    channel = RecordingChannel()
    result, _ = deliverer(channel, sealer=other).deliver(work(mixed.mixed_order().told[2]))
    assert isinstance(result, Again)
    assert result.reason == "a sealed value cannot be opened"
    assert channel.letters == []


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Rejected("rcpt 550"), Ended(State.DEAD, "refused: rcpt 550")),
        (Unknown("connection lost at end_of_data"), Doubtful("connection lost at end_of_data")),
    ],
)
def test_an_outcome_settles_the_row(outcome: Outcome, expected: Ended | Doubtful) -> None:
    result, told = deliverer(RecordingChannel(outcome)).deliver(work(mixed.mixed_order().told[0]))
    assert (result, told) == (expected, outcome)


def test_what_can_be_tried_again_is_given_up_after_two_days() -> None:
    clock, event = Clock(), mixed.mixed_order().told[0]
    result, _ = deliverer(RecordingChannel(Retry("rcpt 450")), clock).deliver(work(event))
    assert isinstance(result, Again)
    assert 5.0 <= result.after <= 20.0
    clock.time = NOW + timedelta(seconds=GIVE_UP_AFTER + 1)
    result, _ = deliverer(RecordingChannel(Retry("rcpt 450")), clock).deliver(work(event))
    assert result == Ended(State.DEAD, "given up: rcpt 450")


def test_nothing_is_begun_when_the_lease_is_nearly_over() -> None:
    channel = RecordingChannel()
    result, _ = deliverer(channel).deliver(work(mixed.mixed_order().told[0], stop_at=1.0))
    assert isinstance(result, Again)
    assert not result.counts
    assert channel.letters == []


def test_a_row_in_doubt_leaves_only_with_its_intent_marked() -> None:
    channel = RecordingChannel()
    item = work(mixed.mixed_order().told[0])
    doubtful = replace(item.claim, row=replace(item.claim.row, doubt=True))
    other = deliverer(channel)
    other._ledger.rows[doubtful.row.id] = replace(doubtful.row, state=State.CLAIMED, claim="somebody else")  # type: ignore[attr-defined]  # The fake.
    result, _ = other.deliver(replace(item, claim=doubtful))
    assert isinstance(result, Again)
    assert channel.letters == []


def test_what_a_merchant_wrote_is_inert() -> None:
    story = mixed.mixed_order()
    mixed.report_problem(story)
    event = story.told[-1]
    evil = '<script>alert(1)</script>{{ 7 * 7 }}"><img src=x onerror=alert(1)>'
    event.change.problem_reported.what_happened = evil
    event.order.lines[0].title = evil
    channel = RecordingChannel()
    deliverer(channel).deliver(work(event))
    html = message_from_bytes(channel.letters[0].content, policy=policy.default).get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert "<script>alert" not in content
    assert "<img src=x" not in content
    assert "{{ 7 * 7 }}" in content


def alert(event: OrderEvent) -> Work:
    """The webhook of an alert about this order."""
    closed = keys.sealer().seal("whsec_c2VjcmV0", event.merchant.name)
    event.merchant.care.webhook_url = "https://hooks.lantern.test/"
    event.merchant.care.webhook_secret.CopyFrom(Secret(key_id=closed.key_id, ciphertext=closed.ciphertext))
    message = PlannedMessage(MessageKind.ALERT, event.subject, 1, "care", WEBHOOK, notice_of="SCAN/parcel/p1/DUE")
    row = new_row(NewMessage(message, Notice(parcel_id="p1").SerializeToString(), NOW), NOW)
    snapshot = Snapshot(event.subject, event.sequence, event.merchant.name, event.order.SerializeToString())
    return Work(Claim(row, "token"), snapshot, event.merchant.SerializeToString(), 60.0)


def test_a_webhook_is_posted_and_not_mailed_and_what_it_said_is_kept() -> None:
    channel, poster = RecordingChannel(), RecordingPoster()
    result, _ = deliverer(channel, poster=poster).deliver(alert(mixed.mixed_order().told[-1]))
    assert isinstance(result, Sent)
    assert channel.letters == []
    assert poster.posts[0].url == "https://hooks.lantern.test/"
    assert result.content is not None


def test_a_merchant_that_took_its_webhook_back_gets_none() -> None:
    item = alert(mixed.mixed_order().told[-1])
    merchant = merchants.Merchant.FromString(item.merchant)
    merchant.care.ClearField("webhook_url")
    poster = RecordingPoster()
    result, _ = deliverer(RecordingChannel(), poster=poster).deliver(
        replace(item, merchant=merchant.SerializeToString())
    )
    assert result == Ended(State.SKIPPED, "the merchant wants no webhooks")
    assert poster.posts == []


def test_a_webhook_waits_as_long_as_its_receiver_asks_and_is_given_up_after_days() -> None:
    clock, item = Clock(), alert(mixed.mixed_order().told[-1])
    poster = RecordingPoster(Retry("webhook 429", after=900.0), Retry("webhook 500"), Retry("webhook 500"))
    sender = deliverer(RecordingChannel(), clock, poster=poster)
    result, _ = sender.deliver(item)
    assert result == Again(900.0, "webhook 429")
    clock.time = NOW + timedelta(days=3)
    assert isinstance(sender.deliver(item)[0], Again)
    clock.time = NOW + timedelta(days=4, seconds=1)
    assert sender.deliver(item)[0] == Ended(State.DEAD, "given up: webhook 500")


def test_a_webhook_to_a_receiver_that_is_gone_ends_dead() -> None:
    poster = RecordingPoster(Rejected("webhook 410"))
    result, _ = deliverer(RecordingChannel(), poster=poster).deliver(alert(mixed.mixed_order().told[-1]))
    assert result == Ended(State.DEAD, "refused: webhook 410")
