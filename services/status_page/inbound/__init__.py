"""Mail that comes back to us: replies of buyers, answers of the care team, automatic answers, bounces.

    parse (mail.py) → whose is it (whose.py) → what is it (filing.py) → keep it and tell orders (receiver.py)

Mail arrives by IMAP (imap.py) or by a provider's signed webhook (routes.py). Everything up to ``filing`` is pure.
"""
