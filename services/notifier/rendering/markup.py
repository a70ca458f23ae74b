"""schema.org markup (JSON-LD), by which mail programs show an order and its parcels in their own way."""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from wismo.orders.v1 import merchant_pb2, order_pb2, parcel_pb2
from wording import carrier_name
from wording.reader import instant

_STATUS: Mapping[order_pb2.OrderState.ValueType, str] = {
    order_pb2.ORDER_STATE_UNSPECIFIED: "OrderProcessing",
    order_pb2.ORDER_STATE_AWAITING_PAYMENT: "OrderPaymentDue",
    order_pb2.ORDER_STATE_CONFIRMED: "OrderProcessing",
    order_pb2.ORDER_STATE_IN_PREPARATION: "OrderProcessing",
    order_pb2.ORDER_STATE_PARTLY_ON_ITS_WAY: "OrderProcessing",
    order_pb2.ORDER_STATE_ON_ITS_WAY: "OrderInTransit",
    order_pb2.ORDER_STATE_COMPLETE: "OrderDelivered",
    order_pb2.ORDER_STATE_RETURNED: "OrderReturned",
    order_pb2.ORDER_STATE_CANCELLED: "OrderCancelled",
}


def json_ld(order: order_pb2.Order, merchant: merchant_pb2.Merchant, link: str) -> Markup:
    """The markup of an order and its parcels, safe inside a script element. No personal data, no secret."""
    seller = {"@type": "Organization", "name": merchant.display_name}
    found: dict[str, Any] = {
        "@context": "http://schema.org",
        "@type": "Order",
        "merchant": seller,
        "orderNumber": order.reference,
        "orderStatus": f"http://schema.org/{_STATUS.get(order.state, 'OrderProcessing')}",
        "url": link,
        "acceptedOffer": [
            {
                "@type": "Offer",
                "itemOffered": {"@type": "Product", "name": line.title},
                "eligibleQuantity": {"@type": "QuantitativeValue", "value": max(1, line.quantity)},
            }
            for line in order.lines
        ],
    }
    documents = [found, *(_parcel(parcel, order, seller) for parcel in order.parcels)]
    text = json.dumps(documents if len(documents) > 1 else found, ensure_ascii=False, separators=(",", ":"))
    # Inside <script> only "</" and "<!--" can end the text; no JSON needs a plain "<".
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _parcel(parcel: parcel_pb2.Parcel, order: order_pb2.Order, seller: dict[str, str]) -> dict[str, Any]:
    titles = {line.line_id: line.title for line in order.lines}
    found: dict[str, Any] = {
        "@context": "http://schema.org",
        "@type": "ParcelDelivery",
        "carrier": {"@type": "Organization", "name": carrier_name(parcel.carrier)},
        "itemShipped": [
            {"@type": "Product", "name": titles[item.line_id]} for item in parcel.lines if item.line_id in titles
        ],
        "partOfOrder": {"@type": "Order", "orderNumber": order.reference, "merchant": seller},
    }
    if parcel.tracking_number:
        found["trackingNumber"] = parcel.tracking_number
    if parcel.tracking_url:
        found["trackingUrl"] = parcel.tracking_url
    if parcel.expected.HasField("latest"):
        found["expectedArrivalUntil"] = instant(parcel.expected.latest).isoformat()
    return found
