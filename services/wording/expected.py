"""When something is expected, and honestly who says so."""

from chassis.localisation import mark
from wismo.orders.v1 import line_pb2, tracking_pb2
from wording.reader import Reader, instant

_SOURCES = {
    tracking_pb2.EXPECTATION_SOURCE_UNSPECIFIED: mark("our promise"),
    tracking_pb2.EXPECTATION_SOURCE_CARRIER: mark("the carrier's estimate"),
    tracking_pb2.EXPECTATION_SOURCE_HISTORY: mark("our estimate from earlier deliveries"),
    tracking_pb2.EXPECTATION_SOURCE_MERCHANT: mark("our promise"),
}


def expected_source(source: "tracking_pb2.ExpectationSource.ValueType", reader: Reader) -> str:
    """Who says so: ``the carrier's estimate``. For every value of the enum."""
    return reader.gettext(_SOURCES.get(source, _SOURCES[tracking_pb2.EXPECTATION_SOURCE_UNSPECIFIED]))


def expected_when(expectation: line_pb2.Expectation, reader: Reader, *, with_time: bool = False) -> str:
    """The time alone, to stand behind a label: ``by 25 November``, ``23–25 November``, ``on 25 November``.

    ``with_time`` names the hour too, for what happens on a screen rather than at a door. Empty when nothing is
    expected.
    """
    if not expectation.HasField("latest"):
        return ""
    if with_time:
        return reader.gettext("by %(moment)s", moment=reader.moment(expectation.latest))
    if not expectation.HasField("earliest"):
        return reader.gettext("by %(day)s", day=reader.day(expectation.latest))
    first, last = instant(expectation.earliest), instant(expectation.latest)
    days = reader.language.day_range(first, last, reader.zone, now=reader.now)
    return days if days != reader.day(expectation.latest) else reader.gettext("on %(day)s", day=days)


def expected_by(expectation: line_pb2.Expectation, reader: Reader, *, with_time: bool = False) -> str:
    """A whole sentence with its source: ``Expected by 25 November (the carrier's estimate).``

    A time that has passed is said as such, never as if it were still to come. Empty when nothing is expected.
    """
    when = expected_when(expectation, reader, with_time=with_time)
    if not when:
        return ""
    source = expected_source(expectation.source, reader)
    if reader.is_past(expectation.latest):
        return reader.gettext("It was expected %(when)s (%(source)s).", when=when, source=source)
    return reader.gettext("Expected %(when)s (%(source)s).", when=when, source=source)
