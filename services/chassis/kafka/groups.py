"""Consumer groups as the broker keeps them."""

from kafka.errors import KafkaError

from chassis.connections import Brokers
from chassis.kafka.connecting import admin_client
from chassis.kafka.records import BrokerUnavailable, Partition
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


def committed_offsets(brokers: Brokers | str, group: str, *, timeout: float = 15.0) -> dict[Partition, int]:
    """How far a group has read, by partition: the next offset that it would handle. Empty where it has read nothing.

    Raises GroupIsActive while it has members, for then it reads on; BrokerUnavailable.
    """
    try:
        admin = admin_client(brokers, timeout)
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(trouble(error, brokers)) from error
    try:
        if admin.describe_groups([group])[group].get("members"):
            raise GroupIsActive(group)
        found = admin.list_group_offsets(group)[group]
    except KafkaError as error:
        raise BrokerUnavailable(trouble(error, brokers)) from error
    finally:
        admin.close()
    return {Partition(at.topic, at.partition): stands.offset for at, stands in found.items() if stands.offset >= 0}
