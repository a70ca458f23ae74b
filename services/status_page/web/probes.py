"""/livez and /readyz on the page's own port, for load balancers that see no other."""

from flask import Blueprint, Response, jsonify

from chassis.health import Report
from status_page.web.parts import parts

blueprint = Blueprint("probes", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """200 while the process works; a database that is down is no reason to start it anew."""
    return _answer(parts().health.liveness())


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when it can serve buyers, else 503 with what fails."""
    return _answer(parts().health.readiness())


def _answer(report: Report) -> Response:
    response = jsonify(status="ok" if report.ok else "failing", failing=dict(report.failing))
    response.status_code = 200 if report.ok else 503
    response.headers["Cache-Control"] = "no-store"
    return response
