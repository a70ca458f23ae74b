"""The tables of docs/mongodb.md, and whether commands keep to them."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mongodb.md"
_KEY_ROW = re.compile(r"^\| `(wismo_\w+\.\w+)` \| (`_id` hashed|`_id` ranged|not sharded) \|", re.MULTILINE)
_SCATTER_ROW = re.compile(r"^\| `(wismo_\w+\.\w+)` by ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# What mongos can turn into shards, by the kind of key.
_TARGETED = {"`_id` hashed": {"=", "$in", "$eq"}, "`_id` ranged": {"=", "$in", "$eq", "$gt $lt", "$gte $lt"}}

Scatter = tuple[str, frozenset[str]]
"""A collection, and the fields of a filter."""


def shard_keys() -> dict[str, str]:
    """The kind of shard key by `database.collection`, as the page says."""
    return dict(_KEY_ROW.findall(PAGE.read_text(encoding="utf-8")))


def scatters() -> set[Scatter]:
    """The filters without the shard key that the page gives a reason for."""
    rows = _SCATTER_ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {(collection, frozenset(re.findall(r"`([^`]+)`", fields))) for collection, fields, _ in rows}


def not_accounted_for(lines: Iterable[str]) -> set[Scatter]:
    """The commands, as `listening` notes them, that go to all shards although the page gives no reason for it. One on a
    collection that the page does not know counts too.
    """
    keys, listed, found = shard_keys(), scatters(), set()
    for line in lines:
        collection, _, fields = json.loads(line)
        kind = keys.get(collection)
        targeted = kind == "not sharded" or (kind is not None and fields.get("_id") in _TARGETED[kind])
        # A reason for a filter covers those that ask for something more; one for no filter at all covers just that.
        names = frozenset(fields)
        reasoned = any(which == collection and (by == names or (by and by < names)) for which, by in listed)
        if not targeted and not reasoned:
            found.add((collection, names))
    return found
