"""All acts by their keys, in the order in which a story offers them."""

from status_page.care_desk.acts.answering import ANSWER, CALL
from status_page.care_desk.acts.explaining import EXPLAIN, NEWS, NOTE, SETTLE
from status_page.care_desk.acts.giving import CONTACT, CREDIT, LINK, REISSUE, RESEND

KINDS = {kind.key: kind for kind in (ANSWER, EXPLAIN, NEWS, SETTLE, NOTE, CREDIT, CALL, LINK, CONTACT, RESEND, REISSUE)}

FOR_AN_ORDER = (EXPLAIN, NOTE, CREDIT, CALL, LINK, CONTACT)
"""Those that are about the order as a whole."""
