"""Adding the desk to the page's app."""

from functools import partial

from flask import Flask

# Each of these adds its routes to the blueprint.
from status_page.care_desk import (
    admin_routes,
    answer_by_link,
    attention_routes,
    login,
    oidc_login,
    originals,
    presence_routes,
    story_routes,
)
from status_page.care_desk.acts import routes as acts_routes
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.many import routes as many_routes
from status_page.care_desk.measures import routes as measures_routes
from status_page.care_desk.parts import NAME, Desk
from status_page.care_desk.visits import note_opened_link

ROUTES = (
    login,
    oidc_login,
    attention_routes,
    presence_routes,
    story_routes,
    originals,
    acts_routes,
    many_routes,
    measures_routes,
    admin_routes,
    answer_by_link,
)


def join(app: Flask, its_parts: Desk) -> None:
    """Add the desk, before the app's first request."""
    app.extensions[NAME] = its_parts
    app.register_blueprint(blueprint)
    app.after_request(partial(note_opened_link, its_parts.visits))
