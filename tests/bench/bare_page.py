"""What bounds the status page: Flask, one read by `_id`, a small template, and nothing that makes it fit for buyers.

Run by gunicorn with the settings of the page: `gunicorn tests.bench.bare_page:app`.
"""

import os
from typing import Any

import flask
import pymongo

TEMPLATE = """<!doctype html><html lang=en><title>Order {{ order._id }}</title><h1>Order {{ order._id }}</h1>
<p>{{ order.status }}</p><ol>{% for entry in order.timeline %}<li><time>{{ entry.at }}</time> {{ entry.kind }} –
{{ entry.text }}</li>{% endfor %}</ol><table>{% for line in order.lines %}<tr><td>{{ line.title }}
<td>{{ line.quantity }}<td>{{ line.kind }}</tr>{% endfor %}</table></html>"""

app = flask.Flask(__name__)
template = app.jinja_env.from_string(TEMPLATE)
_clients: list[pymongo.MongoClient[dict[str, Any]]] = []


@app.get("/o/<reference>")
def order(reference: str) -> str:
    """The whole of it."""
    if not _clients:  # After the fork, once.
        _clients.append(pymongo.MongoClient(os.environ["WISMO_MONGO_URL"]))
    found = _clients[0][os.environ["WISMO_PAGE_DATABASE"]]["bare"].find_one({"_id": reference})
    return template.render(order=found)
