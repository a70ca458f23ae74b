"""What a merchant says of its care team and policies: what cannot be is found, and the secret of webhooks is kept
sealed.
"""

import base64
from collections.abc import Callable

import pytest
from google.protobuf.duration_pb2 import Duration

from chassis.keys import KeyRing
from chassis.sealing import Sealed, Sealer
from orders.rpc.people import merchant_violations
from orders.use_cases.errors import Invalid
from orders.use_cases.webhook_secrets import keep_secret, seal_secret
from tests.samples.keys import SEALING_KEYS
from tests.samples.merchants import lantern
from wismo.orders.v1 import line_pb2, merchant_pb2

SEALER = Sealer(KeyRing.parse(SEALING_KEYS, base64_bytes=32))
PLAINTEXT = "whsec_" + base64.b64encode(bytes(range(32))).decode()
DAY = Duration(seconds=86_400)


def with_team(**care: object) -> merchant_pb2.Merchant:
    merchant = lantern()
    team = merchant_pb2.CareTeam(email="care@lantern.test", webhook_url="https://lantern.test/hook")
    team.webhook_secret.plaintext = PLAINTEXT
    team.MergeFrom(merchant_pb2.CareTeam(**care))  # type: ignore[arg-type]  # Fields by name.
    merchant.care.CopyFrom(team)
    return merchant


def _rules(*rules: merchant_pb2.SilenceRule) -> Callable[[merchant_pb2.Merchant], None]:
    return lambda merchant: merchant.policies.silence_rules.extend(rules)


def _set(**fields: str) -> Callable[[merchant_pb2.Merchant], None]:
    def change(merchant: merchant_pb2.Merchant) -> None:
        for name, value in fields.items():
            setattr(merchant.care, name, value)

    return change


def _secret(plaintext: str) -> Callable[[merchant_pb2.Merchant], None]:
    def change(merchant: merchant_pb2.Merchant) -> None:
        merchant.care.webhook_secret.plaintext = plaintext

    return change


def _holidays(place: str) -> Callable[[merchant_pb2.Merchant], None]:
    def change(merchant: merchant_pb2.Merchant) -> None:
        merchant.policies.holidays = place

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_set(email="care"), "care.email"),
        (_set(escalation_email="boss@nodot"), "care.escalation_email"),
        (_set(locale="xx-Nope"), "care.locale"),
        (_secret(""), "care.webhook_secret"),
        (_secret("secret"), "care.webhook_secret.plaintext"),
        (_secret("whsec_!"), "care.webhook_secret.plaintext"),
        (_secret("whsec_c2hvcnQ="), "care.webhook_secret.plaintext"),
        (_holidays("XX"), "policies.holidays"),
        (_holidays("DE-XX"), "policies.holidays"),
        (lambda merchant: merchant.policies.closed_days.append("2026-02-30"), "policies.closed_days[0]"),
        (
            _rules(merchant_pb2.SilenceRule(limit=DAY), merchant_pb2.SilenceRule(limit=DAY)),
            "policies.silence_rules[1]",
        ),
        (
            _rules(
                merchant_pb2.SilenceRule(
                    line_kind=line_pb2.LINE_KIND_DOWNLOAD, line_state=line_pb2.LINE_STATE_SHIPPED, limit=DAY
                )
            ),
            "policies.silence_rules[0].line_state",
        ),
    ],
)
def test_what_cannot_be_is_found_with_its_place(change: Callable[[merchant_pb2.Merchant], None], field: str) -> None:
    merchant = with_team()
    change(merchant)
    assert [violation.field for violation in merchant_violations(merchant, "merchant")] == [f"merchant.{field}"]


def test_what_can_be_passes() -> None:
    merchant = with_team(locale="de", escalation_email="boss@lantern.test")
    merchant.policies.holidays = "DE-BE"
    merchant.policies.closed_days.extend(["2026-12-24", "2026-12-31"])
    merchant.policies.silence_rules.extend(
        [
            merchant_pb2.SilenceRule(line_kind=line_pb2.LINE_KIND_PHYSICAL, limit=DAY),
            merchant_pb2.SilenceRule(line_state=line_pb2.LINE_STATE_SHIPPED, limit=DAY),
        ]
    )
    assert merchant_violations(merchant, "merchant") == ()


def _kept(sent: merchant_pb2.Merchant, stands: merchant_pb2.Merchant | None = None) -> merchant_pb2.Merchant:
    keep_secret(sent, stands)
    seal_secret(sent, stands, SEALER)
    return sent


def test_the_secret_of_webhooks_is_sealed_for_its_merchant_and_nothing_of_it_is_left() -> None:
    kept = _kept(with_team())
    secret = kept.care.webhook_secret
    assert PLAINTEXT.encode() not in kept.SerializeToString()
    assert SEALER.open(Sealed(secret.key_id, secret.ciphertext), "merchants/lantern") == PLAINTEXT


def test_a_secret_that_is_not_sent_stays_while_there_is_an_address_to_post_to() -> None:
    stands = _kept(with_team())
    sent = with_team()
    sent.care.ClearField("webhook_secret")
    assert _kept(sent, stands).care.webhook_secret == stands.care.webhook_secret
    sent.care.ClearField("webhook_secret")
    sent.care.webhook_url = ""
    assert not _kept(sent, stands).care.HasField("webhook_secret")
    assert not _kept(lantern(), None).HasField("care")


def test_the_same_secret_sent_again_and_one_sent_back_as_it_was_read_change_nothing() -> None:
    stands = _kept(with_team())
    assert _kept(with_team(), stands) == stands
    back = merchant_pb2.Merchant.FromString(stands.SerializeToString())
    assert _kept(back, stands) == stands


@pytest.mark.parametrize("stands", [None, _kept(with_team())], ids=["new", "known"])
def test_a_sealed_secret_of_somebody_elses_is_refused(stands: merchant_pb2.Merchant | None) -> None:
    sent = with_team()
    sent.care.webhook_secret.plaintext = ""
    sent.care.webhook_secret.key_id, sent.care.webhook_secret.ciphertext = "k1", b"anything"
    with pytest.raises(Invalid, match="send plaintext"):
        keep_secret(sent, stands)
