"""What was heard, and what was not, joins the watch. The next `reconcile` draws the conclusions."""

from dataclasses import replace
from datetime import datetime

from notifier.care.moments import cut
from notifier.care.watch import Failed, Told, Watch

BOUNCED = "it came back"
"""The reason of a `Failed` that was accepted at first."""


def heard(watch: Watch, told: Told) -> Watch:
    """The watch with one message more that was accepted. The same message again changes nothing."""
    if any(one.message_id == told.message_id for one in watch.told):
        return watch
    failed = tuple(one for one in watch.failed if one.message_id != told.message_id)
    told = replace(told, accepted_at=cut(told.accepted_at), promised_at=told.promised_at and cut(told.promised_at))
    every = sorted((*watch.told, told), key=lambda one: (one.accepted_at, one.message_id))
    return replace(watch, told=tuple(every), failed=failed)


def bounced(watch: Watch, message_id: str, at: datetime) -> Watch:
    """The watch once a message came back: what it said was not heard. A message that is not known changes nothing."""
    found = next((one for one in watch.told if one.message_id == message_id and one.bounced_at is None), None)
    if found is None:
        return watch
    # Never before it was accepted: the clocks are two.
    at = max(cut(at), found.accepted_at)
    told = tuple(replace(one, bounced_at=at) if one is found else one for one in watch.told)
    return failed(replace(watch, told=told), Failed(message_id, found.kind, at, BOUNCED))


def failed(watch: Watch, failure: Failed) -> Watch:
    """The watch once a message could not be delivered. The same failure again changes nothing."""
    if any(one.message_id == failure.message_id and one.at == failure.at for one in watch.failed):
        return watch
    failure = replace(failure, at=cut(failure.at))
    others = [one for one in watch.failed if one.message_id != failure.message_id]
    return replace(watch, failed=tuple(sorted((*others, failure), key=lambda one: one.at)))
