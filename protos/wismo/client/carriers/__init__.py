"""What aggregators and shops say of a parcel, in Wismo's vocabulary. Every mapping is total.

    word = carriers.aftership("Exception", "Exception_004")
    wismo.record("R-1", word.event("P-1", occurred_at=checkpoint_time, location="Leipzig, DE"))

A value that a mapping does not know is kept as ``carrier_code`` and taken as "in transit" (an unknown reason: as
"other"), and ``known`` is False, so that you can count it.
"""

from wismo.client.carriers.aftership import aftership
from wismo.client.carriers.easypost import easypost
from wismo.client.carriers.karrio import karrio
from wismo.client.carriers.shopify import shopify
from wismo.client.carriers.word import CarrierWord

__all__ = ["CarrierWord", "aftership", "easypost", "karrio", "shopify"]
