"""Quantities and money in words."""

from collections.abc import Iterable

from google.type.money_pb2 import Money

from wording.reader import Reader, decimal


def quantity_of(part: int, whole: int, reader: Reader) -> str:
    """2 of 3."""
    number = reader.language.number
    return reader.gettext("%(part)s of %(whole)s", part=number(part), whole=number(whole))


def times(quantity: int, title: str, reader: Reader) -> str:
    """2 × Atlas; the title alone for one (0 is read as 1)."""
    return title if quantity <= 1 else f"{reader.language.number(quantity)} × {title}"


def money(amount: Money, reader: Reader) -> str:
    """€12.00, as the language writes it."""
    return reader.language.money(decimal(amount.units, amount.nanos), amount.currency_code)


def titles(items: Iterable[str], reader: Reader) -> str:
    """Atlas, Notebook and Pencil."""
    return reader.language.list(items)
