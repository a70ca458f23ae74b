"""Reading a mailbox again and again: each mail received before its number is remembered."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from chassis.backoff import Backoff
from chassis.clock import Clock
from chassis.logs import get_logger
from chassis.mongo import is_unavailable
from chassis.shutdown import StopSignal
from status_page.inbound.imap import Fetched, MailboxDown, Place, Reading
from status_page.inbound.measures import FAILED, POLLED
from status_page.inbound.places import Places
from status_page.inbound.receiver import MailReceiver, NamesDown

_log = get_logger(__name__)


class Poller:
    """Polls one mailbox. Any number may poll the same one: a mail that was received is not received again."""

    def __init__(
        self,
        mailbox: str,
        opened: Callable[[], AbstractContextManager[Reading]],
        receiver: MailReceiver,
        places: Places,
        clock: Clock,
    ) -> None:
        self._mailbox = mailbox
        self._opened = opened
        self._receiver = receiver
        self._places = places
        self._clock = clock

    def poll(self) -> int:
        """Receive everything that is new; how many mails were read.

        Raises MailboxDown, NamesDown and what the database raises; what was received until then stays received. A mail
        that has to wait for a name holds up no other: they are received, and read once more together with it.
        """
        read = 0
        waits: NamesDown | None = None
        with self._opened() as reading:
            place = self._places.find(self._mailbox)
            uid = place.uid if place.validity == reading.validity else 0
            last = -1
            while last < uid:
                last = uid
                for fetched in reading.after(last):
                    waits = self._receive(fetched) or waits
                    uid = fetched.uid
                    read += 1
                    # After it, so that a crash in between brings the mail once more, and it counts once all the same.
                    if waits is None:
                        self._places.put(self._mailbox, Place(reading.validity, uid))
        if waits is not None:
            raise waits
        POLLED.set(self._clock.now().timestamp())
        return read

    def run(self, stop: StopSignal, every: float, heartbeat: Callable[[], object] = lambda: None) -> None:
        """Poll until stopped, at once again while there is more, later and later while it cannot be done."""
        backoff = Backoff(initial=max(1.0, every / 5), maximum=120.0, floor=0.5)
        failed = 0
        while not stop.is_set():
            heartbeat()
            try:
                more = self.poll() > 0
                failed = 0
            except (MailboxDown, NamesDown) as error:
                failed += 1
                more = False
                FAILED.labels(type(error).__name__).inc()
                _log.warning("mail cannot be fetched", reason=str(error), attempt=failed)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                failed += 1
                more = False
                FAILED.labels("database").inc()
                _log.warning("mail cannot be kept", error_kind=type(error).__name__, attempt=failed)
            if not more:
                stop.wait(backoff.delay(failed) if failed else every)

    def _receive(self, fetched: Fetched) -> NamesDown | None:
        """Receive one mail; why it has to be read again, if it has to be."""
        try:
            self._receiver.receive(fetched.raw, fetched.at)
        except NamesDown as down:
            return down
        except Exception as error:
            if is_unavailable(error):
                raise
            # A mistake of ours with this one mail, which stays where it is; the others must not wait for its mending.
            FAILED.labels("mail").inc()
            _log.exception("mail could not be received", uid=fetched.uid, error_kind=type(error).__name__)
        return None
