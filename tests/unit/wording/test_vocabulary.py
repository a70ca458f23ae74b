"""Every value of the vocabulary has words in every language: a value added to the protos fails here until it has."""

from collections.abc import Callable
from pathlib import Path

import pytest

import wording
from chassis.localisation import upkeep
from wismo.orders.v1 import (
    entitlement_pb2,
    fulfilment_event_pb2,
    line_pb2,
    order_pb2,
    payment_pb2,
    tracking_pb2,
)
from wording import Reader, carriers, lines, orders, timeline

PACKAGE = Path(wording.__file__).parent


def test_no_catalog_has_a_text_missing_untranslated_fuzzy_or_unused() -> None:
    assert upkeep.check(PACKAGE, "wording") == []


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (lines._STATES, line_pb2.LineState),
        (lines._KINDS, line_pb2.LineKind),
        (orders._HEADLINES, order_pb2.OrderState),
        (carriers._STATUSES, tracking_pb2.TrackingStatus),
        (carriers._REASONS, tracking_pb2.ExceptionReason),
        (carriers._ACTIONS, tracking_pb2.ActingParty),
        (dict.fromkeys(timeline.SILENT, "") | timeline._SENTENCES, fulfilment_event_pb2.ChangeKind),
    ],
)
def test_every_value_of_the_vocabulary_is_in_its_table(table: dict[int, str], enum: Callable[..., object]) -> None:
    assert set(table) == set(enum.values())  # type: ignore[attr-defined]  # The wrapper of a protobuf enum.


def test_no_change_is_both_told_and_silent() -> None:
    assert not set(timeline._SENTENCES) & timeline.SILENT


def every_text(reader: Reader) -> list[str]:
    language = reader.language
    texts = [wording.tracking_status(status, reader) for status in tracking_pb2.TrackingStatus.values()]
    texts += [wording.payment_state(state, reader) for state in payment_pb2.PaymentState.values()]
    texts += [wording.expected_source(source, reader) for source in tracking_pb2.ExpectationSource.values()]
    for reason in tracking_pb2.ExceptionReason.values():
        texts += [str(wording.exception_reason(reason, reader, p)) for p in tracking_pb2.ActingParty.values()]
    for mode in tracking_pb2.DeliveryMode.values():
        texts += [wording.delivered_to(mode, name, reader) for name in ("", "Schmidt")]
    for platform in entitlement_pb2.Platform.values():
        for name in ("atlas.exe", "atlas.zip", "atlas.dmg"):
            texts += wording.download_steps(platform, name, language)
        texts.append(wording.platform_name(platform, language))
    for kind in line_pb2.LineKind.values():
        for state in line_pb2.LineState.values():
            for pickup in (False, True):
                line = line_pb2.OrderLine(line_id="a", kind=kind, state=state, title="Atlas", quantity=3, pickup=pickup)
                order = order_pb2.Order(lines=[line])
                step = wording.next_step(order, line, reader)
                assert step.happens
                assert step.you
                texts += [str(step), wording.line_state(line, reader), wording.line_kind(line, reader)]
                texts.append(wording.headline(order, reader))
    for change in fulfilment_event_pb2.ChangeKind.values():
        entry = order_pb2.TimelineEntry(kind=change, line_ids=["a"])
        texts += [wording.timeline_entry(entry, order_pb2.Order(), reader) or "silent"]
    return texts


def test_everything_that_can_be_said_is_said_completely(reader: Reader) -> None:
    texts = every_text(reader)
    assert len(texts) > 500
    assert all(text.strip() == text and text for text in texts)
    assert [text for text in texts if "%" in text or "  " in text or ".." in text] == []


def test_russian_and_english_never_share_a_sentence(english: Reader, russian: Reader) -> None:
    shared = set(every_text(english)) & set(every_text(russian))
    assert shared <= {"Windows", "Linux", "Mac", "silent"}


def test_a_reader_whose_catalog_lacks_the_words_is_refused(english: Reader) -> None:
    from chassis.localisation import Catalog

    foreign = Catalog(Path(upkeep.__file__).parent, "chassis", ("en", "ru")).language("ru")
    with pytest.raises(ValueError, match="wording"):
        Reader(foreign, "UTC", english.now)
