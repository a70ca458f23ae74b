"""Resource names, and the key under which an order is stored."""

MERCHANTS = "merchants/"


def merchant_of(name: str) -> str:
    """`merchants/{merchant}` of any resource name below it. The name must have passed validation."""
    return "/".join(name.split("/", 2)[:2])


def order_name(merchant: str, reference: str) -> str:
    """`merchants/{merchant}/orders/{reference}`."""
    return f"{merchant}/orders/{reference}"


def order_key(name: str) -> str:
    """What the order is stored under: references differ in more than capital letters, so the key has none."""
    return name.casefold()
