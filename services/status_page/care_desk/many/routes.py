"""Whom it concerns, what they are told, a look at it, and the job with its progress."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from flask import Response, abort, request, url_for

from chassis.localisation import mark
from status_page.care_desk.acts.act import About, Given, Said
from status_page.care_desk.acts.explaining import explain_fields, read_trouble, said_of_trouble
from status_page.care_desk.acts.forms import Field, Invalid, Reading, next_hour
from status_page.care_desk.acts.routes import buyer_reader, text_of
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.guard import colleague, log
from status_page.care_desk.many.affected import event_for, primary
from status_page.care_desk.many.jobs import Job
from status_page.care_desk.parts import desk
from status_page.care_desk.rendering import desk_page, language_name, live_page, reader_here, when
from status_page.outbox.facts import new_id, stamp
from status_page.projection.facets import By, facet
from status_page.web.answers import see_other
from wismo.orders.v1 import order_pb2

MOST_COUNTED = 20_000
SAMPLES = 5
_LOOKED_AT = 200
_MOST_LANGUAGES = 4
_TICKET = re.compile(r"[0-9a-f-]{36}")
BYS: Mapping[By, str] = {
    "carrier": mark("Carrier"),
    "sku": mark("Product, by its article number"),
    "title": mark("Product, by its title"),
    "day": mark("Day on which it was ordered"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Whom it concerns."""

    by: By
    value: str
    languages: Mapping[str, int]
    """How many orders by their buyers' languages; the empty name is unknown."""

    @property
    def count(self) -> int:
        """How many orders."""
        return sum(self.languages.values())


@dataclass(frozen=True, slots=True)
class Sample:
    """What one buyer will read."""

    reference: str
    buyer: str
    language: str
    html_tag: str
    direction: str
    said: tuple[Said, ...]


@blueprint.get("/many")
def many() -> Response:
    """Choose whom it concerns; then write what they are told."""
    group = _group(request.args.get("by", ""), request.args.get("value", ""))
    if group is None or not group.count:
        value = request.args.get("value", "")[:200]
        return desk_page("many.html", bys=BYS, by=request.args.get("by", "carrier"), value=value, nobody=bool(value))
    fields = _fields(group)
    return _form(group, {field.name: field.start for field in fields}, new_id(), {})


@blueprint.post("/many")
def do_many() -> Response:
    """Look at who gets what, or begin the job: once for each form."""
    group = _group(request.form.get("by", ""), text_of("value"))
    ticket = request.form.get("ticket", "")
    if group is None or not group.count or not _TICKET.fullmatch(ticket):
        abort(400)
    values = {field.name: text_of(field.name) for field in _fields(group)}
    step = request.form.get("step", "look")
    if step == "back":
        return _form(group, values, ticket, {})
    try:
        job = _job(group, values, ticket)
    except Invalid as invalid:
        return _form(group, values, ticket, invalid.errors)
    if step != "send":
        return desk_page(
            "many_preview.html", **_common(group, ticket), values=values, samples=_samples(group, job), texts=job.texts
        )
    desk().jobs.begin(job)
    log("many.begin", detail=f"{job.id} {group.by} {group.count}")
    return see_other(url_for("desk.job", job_id=job.id))


@blueprint.get("/jobs")
def jobs() -> Response:
    """The newest jobs."""
    found = desk().jobs.newest(colleague().merchant, 50)
    reader = reader_here()
    return desk_page("jobs.html", jobs=[(job, when(stamp(job.made_at), reader)) for job in found], bys=BYS)


@blueprint.get("/jobs/<job_id>")
def job(job_id: str) -> Response:
    """How far a job is; asks again by itself while it runs."""
    found = desk().jobs.find(colleague().merchant, job_id)
    if found is None:
        abort(404)
    reader = reader_here()
    return live_page(
        "job.html",
        (found.done, found.state, found.total),
        job=found,
        bys=BYS,
        made=when(stamp(found.made_at), reader),
        ended=when(stamp(found.ended_at), reader) if found.ended_at else None,
        percent=100 if found.state == "done" else min(99, 100 * found.done // max(1, found.total)),
    )


@blueprint.post("/jobs/<job_id>/stop")
def stop_job(job_id: str) -> Response:
    """Tell nobody else."""
    found = desk().jobs.find(colleague().merchant, job_id)
    if found is None:
        abort(404)
    desk().jobs.stop(found.merchant, found.id, reader_here().now)
    log("many.stop", detail=found.id)
    return see_other(url_for("desk.job", job_id=found.id))


def _group(by: str, value: str) -> Group | None:
    value = value.strip()[:200]
    if by not in get_args(By) or not value:
        return None
    chosen = cast("By", by)
    counted: dict[str, int] = {}
    for locale, count in desk().orders.languages(facet(colleague().merchant, chosen, value), MOST_COUNTED).items():
        counted[primary(locale)] = counted.get(primary(locale), 0) + count
    return Group(chosen, value, dict(sorted(counted.items(), key=lambda one: (-one[1], one[0]))))


def _others(group: Group) -> tuple[str, ...]:
    """Languages besides the shop's own in which some of the buyers read."""
    main = primary(colleague().shop.default_locale)
    return tuple(tag for tag in group.languages if tag and tag != main)[:_MOST_LANGUAGES]


def _fields(group: Group) -> tuple[Field, ...]:
    fields = list(explain_fields(next_hour(reader_here())))
    for tag in _others(group):
        for name, label in (("what_happened", mark("What happened")), ("what_we_do", mark("What we do"))):
            fields.append(Field(f"{name}_{tag}", label, "area", required=False, longest=1000, language=tag))
    return tuple(fields)


def _job(group: Group, values: Given, ticket: str) -> Job:
    reader, me = reader_here(), colleague()
    reading = Reading(values, reader)
    event = read_trouble(reading, ())
    texts = {"": event.SerializeToString()}
    for tag in _others(group):
        happened, we_do = (values.get(f"{name}_{tag}", "") for name in ("what_happened", "what_we_do"))
        if bool(happened) != bool(we_do):
            missing = "what_we_do" if happened else "what_happened"
            reading.wrong(f"{missing}_{tag}", mark("Please write both in this language, or neither."))
        if happened and we_do:
            own = {**values, "what_happened": happened, "what_we_do": we_do}
            texts[tag] = read_trouble(Reading(own, reader), ()).SerializeToString()
    reading.done()
    return Job(ticket, me.merchant, group.by, group.value, me.name, me.session.id, reader.now, group.count, texts)


def _samples(group: Group, job: Job) -> list[Sample]:
    me, reader = colleague(), reader_here()
    samples = []
    rows = desk().orders.affected(facet(me.merchant, group.by, group.value), "", _LOOKED_AT)
    # One in each language first, so that each text is seen; sorting keeps the order of the names.
    first = {primary(row.locale): row.name for row in reversed(rows)}.values()
    for row in sorted(rows, key=lambda row: row.name not in first)[:SAMPLES]:
        order = order_pb2.Order.FromString(row.order)
        buyer = buyer_reader(row.locale)
        about = About(order, row, me.shop, reader, buyer, "", me.name)
        said = said_of_trouble(event_for(job, row.order, row.locale), about)
        language = buyer.language
        samples.append(
            Sample(
                order.reference,
                order.buyer.display_name,
                language.own_name,
                language.html_tag,
                language.direction,
                said,
            )
        )
    return samples


def _form(group: Group, values: Given, ticket: str, errors: Given) -> Response:
    status = 422 if errors else 200
    return desk_page(
        "many_form.html", status, **_common(group, ticket), fields=_fields(group), values=values, errors=errors
    )


def _common(group: Group, ticket: str) -> dict[str, object]:
    reader = reader_here()
    languages = [(language_name(tag, reader), count) for tag, count in group.languages.items()]
    return {"group": group, "languages_of": languages, "bys": BYS, "ticket": ticket, "most": MOST_COUNTED}
