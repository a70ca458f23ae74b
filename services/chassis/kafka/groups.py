"""Consumer groups as the broker keeps them."""

from kafka.errors import KafkaError

from chassis.kafka.connecting import admin_client
from chassis.kafka.records import BrokerUnavailable


class GroupIsActive(Exception):
    """The group has members, so that how far it has read cannot be forgotten."""


def forget_group(bootstrap: str, group: str, *, timeout: float = 15.0) -> None:
    """Forget how far a group has read, so that it begins at the earliest record. A group that is not there is fine.

    Raises GroupIsActive while it has members, BrokerUnavailable, or RuntimeError with the broker's word.
    """
    try:
        admin = admin_client(bootstrap, timeout)
    except KafkaError as error:
        raise BrokerUnavailable(type(error).__name__) from error
    try:
        word = admin.delete_groups([group])[group]
    except KafkaError as error:
        raise BrokerUnavailable(type(error).__name__) from error
    finally:
        admin.close()
    match word:
        case "OK" | "GroupIdNotFoundError":
            return
        case "NonEmptyGroupError":
            raise GroupIsActive(group)
        case _:
            raise RuntimeError(f"the broker kept group {group}: {word}")
