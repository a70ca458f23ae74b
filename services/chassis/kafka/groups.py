"""Consumer groups as the broker keeps them."""

from kafka.errors import KafkaError

from chassis.connections import Brokers
from chassis.kafka.connecting import admin_client
from chassis.kafka.records import BrokerUnavailable
from chassis.kafka.trouble import trouble


class GroupIsActive(Exception):
    """The group has members, so that how far it has read cannot be forgotten."""


def forget_group(brokers: Brokers | str, group: str, *, timeout: float = 15.0) -> None:
    """Forget how far a group has read, so that it begins at the earliest record. A group that is not there is fine.

    Raises GroupIsActive while it has members, BrokerUnavailable, or RuntimeError with the broker's word.
    """
    try:
        admin = admin_client(brokers, timeout)
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(trouble(error, brokers)) from error
    try:
        word = admin.delete_groups([group])[group]
    except KafkaError as error:
        raise BrokerUnavailable(trouble(error, brokers)) from error
    finally:
        admin.close()
    match word:
        case "OK" | "GroupIdNotFoundError":
            return
        case "NonEmptyGroupError":
            raise GroupIsActive(group)
        case _:
            raise RuntimeError(f"the broker kept group {group}: {word}")
