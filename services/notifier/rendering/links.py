"""The links that a message carries: signed, without login, and the same in every attempt at the message."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from chassis.signed_links import LinkSigner
from wismo.orders.v1 import order_pb2

ORDER_PURPOSE = "order"
CANCEL_PURPOSE = "cancel-trial"
OPTIONAL_PURPOSE = "optional-off"
ANSWER_PURPOSE = "answer-question"
# A buyer who comes on the very day must still find the way out, or be told where the way is.
AFTER_THE_CHARGE = timedelta(days=7)
# Mails to a team are passed on and lie about: long enough for any answer, and no longer.
TO_ANSWER = timedelta(days=14)


class Links:
    """The links of one message about one order. ``tokens`` remembers what was signed, so that it can be masked.

    Everything is counted from ``since``, the time of what is told, so that every attempt renders the very same links.
    """

    def __init__(
        self, signer: LinkSigner, page_url: str, order: order_pb2.Order, since: datetime, lifetime: timedelta
    ) -> None:
        self._signer = signer
        self._page_url = page_url.rstrip("/")
        self._order = order
        self._since = since.astimezone(UTC)
        self._lifetime = lifetime
        self.tokens: set[str] = set()

    def order(self) -> str:
        """To the order's page, and to everything on it."""
        return self._signed("o", ORDER_PURPOSE, self._order.name, self._since + self._lifetime)

    def cancel_trial(self, line_id: str, charge_at: datetime) -> str:
        """To the page where one trial is cancelled. Opens until some days after the charge."""
        return self._signed(
            "t", CANCEL_PURPOSE, f"{self._order.name} {line_id}", charge_at.astimezone(UTC) + AFTER_THE_CHARGE
        )

    def optional_off(self) -> str:
        """Where one POST ends optional messages (RFC 8058), and a GET asks whether they are to end."""
        return self._signed("u", OPTIONAL_PURPOSE, self._order.name, self._since + self._lifetime)

    def care_order(self) -> str:
        """For the care team: to the order in the care desk, behind its login. It opens nothing by itself."""
        return f"{self._page_url}/desk/orders/{quote(self._order.reference, safe='')}"

    def answer_question(self, question_id: str) -> str:
        """For the care team: where this one question is answered without a login."""
        return self._signed("desk/answer", ANSWER_PURPOSE, f"{self._order.name} {question_id}", self._since + TO_ANSWER)

    def _signed(self, path: str, purpose: str, subject: str, expires_at: datetime) -> str:
        token = self._signer.sign(
            purpose=purpose, subject=subject, version=self._order.link_version, expires_at=expires_at
        )
        self.tokens.add(token)
        return f"{self._page_url}/{path}/{token}"
