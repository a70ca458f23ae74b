"""Every message in every language from one made-up order, so that a merchant (and a test) can look at all of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import wording
from chassis.keys import Key, KeyRing
from chassis.sealing import Sealer
from chassis.signed_links import LinkSigner
from notifier.planning.kinds import MessageKind
from notifier.preview.samples import Sample, samples, several
from notifier.preview.stage import NOW
from notifier.rendering.letters import Rendered, Renderer, Telling

_KEYS = KeyRing((Key("preview", bytes(32)),))


def write_previews(folder: Path) -> Iterator[Path]:
    """Write ``<kind>.<language>.html`` and ``.txt`` into ``folder``, made if missing; yields each path."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in wording.LOCALES:
        for name, rendered in previews(language):
            html, text = folder / f"{name}.{language}.html", folder / f"{name}.{language}.txt"
            html.write_text(rendered.content.html, encoding="utf-8")
            text.write_text(f"{rendered.content.subject}\n\n{rendered.content.text}", encoding="utf-8")
            yield html
            yield text


def previews(language: str) -> Iterator[tuple[str, Rendered]]:
    """Every kind of message in one language, by the kind's name, and one that several changes were folded into."""
    sealer = Sealer(_KEYS)
    for sample in samples(language, sealer):
        yield sample.name, render([sample])
    kinds = (MessageKind.SHIPPED, MessageKind.DOWNLOAD_READY, MessageKind.CREDIT_GIVEN)
    yield "several_at_once", render(several(language, sealer, *kinds))


def render(told: list[Sample]) -> Rendered:
    """The message that tells these samples, the last one's order being the newest."""
    renderer = Renderer(Sealer(_KEYS), LinkSigner(_KEYS), "https://orders.lantern.example")
    tellings = [Telling(sample.kind, sample.change, datetime.fromtimestamp(NOW.timestamp(), UTC)) for sample in told]
    return renderer.render(tellings, told[-1].order, told[-1].merchant, NOW)
