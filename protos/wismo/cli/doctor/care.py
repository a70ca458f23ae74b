"""The care service, where its address is known: reachable, and does it take our key?"""

from collections.abc import Iterator

from wismo.cli.configuration import Configuration
from wismo.cli.doctor.finding import Finding, fail, ok, warn
from wismo.client import CareClient, NotAllowed, NotSupported, WismoError
from wismo.client.retry import NO_RETRY

_WAIT = 5.0


def check(configuration: Configuration) -> Iterator[Finding]:
    """One question: what needs a human."""
    target, origin = configuration.care_target, configuration.came_from["care_target"]
    if not target:
        yield warn("care", "address not known", "Set care_target in .wismo/cli.json, or WISMO_CARE_TARGET.")
        return
    # An address that nobody named is only a guess: nothing need be there.
    away = warn if origin == "default" else fail
    with CareClient(
        target, configuration.api_key or "", tls=configuration.tls, timeout=_WAIT, retry=NO_RETRY
    ) as client:
        try:
            client.wait_until_reachable(_WAIT if origin != "default" else 1.0)
        except WismoError:
            yield away("care", f"{target} takes no connection", "Is the notifier running, with WISMO_CARE_LISTEN set?")
            return
        yield _asked(client, target, bool(configuration.api_key))


def _asked(client: CareClient, target: str, with_key: bool) -> Finding:
    if not with_key:
        return ok("care", f"{target} is reachable; without an API key nothing was asked")
    try:
        page = client.list_attention(page_size=1)
    except NotSupported:
        return fail("care", f"{target} is no care service", "Is it the notifier's WISMO_CARE_LISTEN?")
    except NotAllowed as refused:
        return fail("care", f"the key is refused: {refused}", "Can the notifier reach orders to ask about keys?")
    except WismoError as error:
        return fail("care", f"{target}: {error}", "See the log of the notifier.")
    return ok("care", f"{target} answers; {'something needs' if page.items else 'nothing needs'} a human")
