"""A question on its way to the people who answer it: real Kafka, database and inbox, and a merchant's own server."""

from datetime import timedelta
from pathlib import Path

from standardwebhooks.webhooks import Webhook

from chassis.keys import KeyRing
from chassis.reply_tokens import ReplyAddress, ReplyTokens
from embedded_stack.servers import InboxServer
from tests.fakes.scripted_http import ScriptedHttp
from tests.integration.notifier.running import NotifierProcess, eventually, publish
from tests.samples import keys, merchants, mixed
from tests.samples.story import Story, after
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2
from wismo.orders.v1 import question_pb2 as questions
from wismo.orders.v1.secret_pb2 import Secret

SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
TEMPLATE = "reply+{token}@replies.test"
QUESTION = "May the parcel be left with my neighbour?"


def asked(reference: str, buyer: str, team: str, hook: str) -> Story:
    """An order of a shop with a care team, and one question that came by mail."""
    merchant = merchants.lantern()
    closed = keys.sealer().seal(SECRET, merchant.name)
    merchant.care.email, merchant.care.webhook_url = team, hook
    merchant.care.webhook_secret.CopyFrom(Secret(key_id=closed.key_id, ciphertext=closed.ciphertext))
    story = Story(merchant, mixed.new_order(merchant, reference, buyer))
    story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))
    channel = questions.QUESTION_CHANNEL_EMAIL
    reply_by = after(days=2)

    def ask(order: order_pb2.Order) -> None:
        question = order.questions.add(question_id="q-1", state=questions.QUESTION_STATE_OPEN, reply_by=reply_by)
        question.posts.add(from_buyer=True, channel=channel, text=QUESTION, occurred_at=after(hours=1))

    question = events.QuestionAsked(question_id="q-1", text=QUESTION, channel=channel)
    story.tell(events.FulfilmentEvent(question_asked=question), ask)
    acknowledged = events.QuestionAcknowledged(question_id="q-1", reply_by=reply_by)
    story.tell(events.FulfilmentEvent(question_acknowledged=acknowledged), later=timedelta())
    return story


def test_a_question_reaches_buyer_team_and_the_teams_own_server_and_each_reply_finds_its_way(
    tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer, team = f"{unique}@buyers.test", f"{unique}@team.test"
    with ScriptedHttp() as server:
        story = asked(f"R-{unique}", buyer, team, f"http://127.0.0.1:{server.port}/wismo")
        publish(kafka_bootstrap, *story.told)
        with NotifierProcess(
            tmp_path,
            mongo_url=mongo_url,
            bootstrap=kafka_bootstrap,
            smtp_url=inbox.smtp_url,
            name=unique,
            WISMO_REPLY_ADDRESS=TEMPLATE,
            WISMO_WEBHOOK_NETWORKS="127.0.0.0/8",
        ) as notifier:
            (forwarded,) = inbox.wait_for(team, count=1, seconds=40)
            acknowledgement = inbox.wait_for(buyer, count=2, seconds=40)[1]
            eventually(lambda: len(server.received) == 1)
            assert notifier.stop() == 0
        posted = server.received[0]

    headers = {name.lower(): value for name, value in posted.headers.items()}
    said = Webhook(SECRET).verify(posted.body, headers)
    assert said["type"] == "care.question_forwarded"
    assert said["data"]["order"]["questions"][0]["posts"][0]["text"] == QUESTION

    assert QUESTION in forwarded.text
    assert "Reply to this mail to answer" in forwarded.text
    assert forwarded.message["Auto-Submitted"] == "auto-generated"
    assert acknowledgement.message["Auto-Submitted"] == "auto-replied"
    address, tokens = ReplyAddress(TEMPLATE), ReplyTokens(KeyRing.parse(keys.LINK_KEYS))
    for mail, role, question_id in ((forwarded, "c", "q-1"), (acknowledgement, "b", "")):
        mark = mail.message["References"].split()[0].strip("<>").partition(".order@")[0]
        token = address.token_in(mail.message["Reply-To"])
        assert tokens.open(mark) == (role, question_id, "lantern", f"R-{unique}")
        # With a long reference the token does not fit into the address; then the mark says it alone.
        assert not token or tokens.open(token) == tokens.open(mark)
