"""In-memory stand-ins for the desk's ports. They keep the ports' promises; `tests/contract` holds them to that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from threading import Lock

from status_page.care_desk.acts.done import DoneAct, Standing
from status_page.care_desk.audit import Deed, Entry, chained
from status_page.care_desk.care import CareDown
from status_page.care_desk.many.jobs import LEASE, Job
from status_page.care_desk.oidc import Departure, ProviderFailed
from status_page.care_desk.presence import Here, lasts
from status_page.care_desk.replies import Reply
from status_page.care_desk.staff import Identity, KeysUnknown, StaffSession
from status_page.care_desk.visits import MOST, PageVisit
from status_page.projection.rows import OrderRow
from tests.fakes.in_memory_outbox import InMemoryOutbox
from tests.fakes.status_page import InMemoryOrderRows
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import message_pb2


class InMemoryKeyHolders:
    """`KeyHolders` in a dictionary. `down` makes nobody answer."""

    def __init__(self) -> None:
        self.keys: dict[str, Identity] = {}
        self.down = False
        self.asked = 0

    def identify(self, key: str) -> Identity | None:
        self.asked += 1
        if self.down:
            raise KeysUnknown
        return self.keys.get(key)


class InMemoryStaffSessions:
    """`StaffSessions` in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, StaffSession] = {}

    def begin(self, session: StaffSession) -> None:
        self.kept[session.id] = session

    def find(self, session_id: str, now: datetime) -> StaffSession | None:
        found = self.kept.get(session_id)
        return found if found is not None and found.until > now else None

    def checked(self, session_id: str, identity: Identity, at: datetime) -> None:
        if session_id in self.kept:
            self.kept[session_id] = replace(self.kept[session_id], identity=identity, checked_at=at)

    def end(self, session_id: str) -> None:
        self.kept.pop(session_id, None)


class InMemoryCareReader:
    """`CareReader` in dictionaries. What it answers is put there first; `down` makes it answer nothing."""

    def __init__(self) -> None:
        self.items: list[care.Attention] = []
        self.stories: dict[str, care.GetCareStoryResponse] = {}
        self.messages: dict[tuple[str, str], message_pb2.Message] = {}
        self.told = care.GetMeasuresResponse()
        self.down = False

    def attention(self, merchant: str) -> Sequence[care.Attention]:
        self._answer()
        own = [item for item in self.items if item.order.startswith(f"{merchant}/orders/")]
        return sorted(own, key=lambda item: (item.due_at.seconds, -item.rank))

    def story(self, order: str) -> care.GetCareStoryResponse:
        self._answer()
        return self.stories.get(order, care.GetCareStoryResponse())

    def message(self, order: str, message_id: str) -> message_pb2.Message | None:
        self._answer()
        return self.messages.get((order, message_id))

    def measures(self, merchant: str, first: date, last: date) -> care.GetMeasuresResponse:
        self._answer()
        return self.told

    def _answer(self) -> None:
        if self.down:
            raise CareDown


class InMemoryDeskOrders:
    """`DeskOrders` over the page's orders. `asked` counts the queries."""

    def __init__(self, orders: InMemoryOrderRows) -> None:
        self._orders = orders
        self.asked = 0

    def find(self, merchant: str, reference: str) -> OrderRow | None:
        name = f"{merchant}/orders/{reference}"
        return self.find_all(merchant, (name,)).get(name)

    def find_all(self, merchant: str, names: Sequence[str]) -> Mapping[str, OrderRow]:
        self.asked += 1
        rows = self._orders.rows
        return {name: rows[name] for name in names if name in rows and name.startswith(f"{merchant}/orders/")}

    def affected(self, facet: str, after: str, limit: int) -> Sequence[OrderRow]:
        names = sorted(name for name, row in self._orders.rows.items() if facet in row.facets and name > after)
        return [self._orders.rows[name] for name in names[:limit]]

    def languages(self, facet: str, most: int) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for row in self.affected(facet, "", most):
            counts[row.locale] = counts.get(row.locale, 0) + 1
        return counts


class InMemoryDoneActs:
    """`DoneActs` in a dictionary, over the outbox."""

    def __init__(self, outbox: InMemoryOutbox) -> None:
        self.kept: dict[str, DoneAct] = {}
        self._outbox = outbox

    def note(self, done: DoneAct) -> None:
        self.kept.setdefault(done.id, done)

    def of(self, order: str) -> Sequence[DoneAct]:
        found = [self._standing(act) for act in self.kept.values() if act.order == order]
        return sorted(found, key=lambda act: act.at, reverse=True)[:100]

    def _standing(self, act: DoneAct) -> DoneAct:
        if act.id in self._outbox.aside:
            return replace(act, standing=Standing.REFUSED, reason=self._outbox.aside[act.id][1])
        return replace(act, standing=Standing.WAITING if act.id in self._outbox.waiting else Standing.TAKEN)


class InMemoryPresence:
    """`Presence` in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], tuple[Here, datetime]] = {}

    def note(self, order: str, here: Here, now: datetime) -> None:
        key = (order, here.session, here.doing)
        known = self._rows.get(key)
        since = known[0].since if known is not None and known[1] > now else here.since
        self._rows[key] = (replace(here, since=since), now + lasts(here.doing))

    def others(self, orders: Sequence[str], session: str, now: datetime) -> Mapping[str, Sequence[Here]]:
        found: dict[str, list[Here]] = {}
        for (order, whose, _), (here, until) in sorted(self._rows.items(), key=lambda row: row[1][0].since):
            if order in orders and whose != session and until > now:
                found.setdefault(order, []).append(here)
        return found

    def leave(self, order: str, session: str) -> None:
        for key in [key for key in self._rows if key[:2] == (order, session)]:
            del self._rows[key]


class InMemoryPageVisits:
    """`PageVisits` in a dictionary. `down`, when set, is raised."""

    def __init__(self) -> None:
        self.kept: dict[str, list[PageVisit]] = {}
        self.down: Exception | None = None

    def note(self, order: str, seen: PageVisit) -> None:
        if self.down is not None:
            raise self.down
        self.kept[order] = [*self.kept.get(order, []), seen][-MOST:]

    def of(self, order: str) -> Sequence[PageVisit]:
        return list(reversed(self.kept.get(order, [])))


class InMemoryReplies:
    """`Replies` in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Reply] = {}

    def of(self, merchant: str) -> Sequence[Reply]:
        return sorted((one for one in self.kept.values() if one.merchant == merchant), key=lambda one: one.title)

    def find(self, merchant: str, reply_id: str) -> Reply | None:
        return self.kept.get((merchant, reply_id))

    def save(self, reply: Reply) -> None:
        self.kept[reply.merchant, reply.id] = reply

    def remove(self, merchant: str, reply_id: str) -> None:
        self.kept.pop((merchant, reply_id), None)


class InMemoryAuditLog:
    """`AuditLog` in a list a merchant."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Entry]] = {}
        self._lock = Lock()

    def append(self, merchant: str, deed: Deed) -> Entry:
        with self._lock:
            own = self.entries.setdefault(merchant, [])
            own.append(chained(merchant, len(own) + 1, deed, own[-1].digest if own else ""))
            return own[-1]

    def newest(self, merchant: str, before: int, limit: int) -> Sequence[Entry]:
        own = [one for one in self.entries.get(merchant, []) if not before or one.number < before]
        return list(reversed(own))[:limit]

    def all(self, merchant: str) -> Iterator[Entry]:
        return iter(list(self.entries.get(merchant, [])))


class InMemoryJobs:
    """`Jobs` in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, Job] = {}
        self._held: dict[str, tuple[str, datetime]] = {}

    def begin(self, job: Job) -> None:
        self.kept.setdefault(job.id, job)

    def find(self, merchant: str, job_id: str) -> Job | None:
        found = self.kept.get(job_id)
        return found if found is not None and found.merchant == merchant else None

    def newest(self, merchant: str, limit: int) -> Sequence[Job]:
        own = [job for job in self.kept.values() if job.merchant == merchant]
        return sorted(own, key=lambda job: job.made_at, reverse=True)[:limit]

    def claim(self, holder: str, now: datetime) -> Job | None:
        for job in self.kept.values():
            if job.state == "running" and (job.id not in self._held or self._held[job.id][1] <= now):
                self._held[job.id] = (holder, now + LEASE)
                return job
        return None

    def advance(self, job_id: str, holder: str, cursor: str, count: int, now: datetime) -> bool:
        job = self.kept[job_id]
        if not self._holds(job, holder):
            return False
        self.kept[job_id] = replace(job, cursor=cursor, done=job.done + count)
        self._held[job_id] = (holder, now + LEASE)
        return True

    def finish(self, job_id: str, holder: str, now: datetime) -> None:
        job = self.kept[job_id]
        if self._holds(job, holder):
            self.kept[job_id] = replace(job, state="done", ended_at=now)

    def stop(self, merchant: str, job_id: str, now: datetime) -> None:
        job = self.find(merchant, job_id)
        if job is not None and job.state == "running":
            self.kept[job_id] = replace(job, state="stopped", ended_at=now)

    def _holds(self, job: Job, holder: str) -> bool:
        return job.state == "running" and self._held.get(job.id, ("", None))[0] == holder


class InMemoryProvider:
    """`OidcProvider` that sends back whoever was put there."""

    def __init__(self, identity: Identity | None) -> None:
        self.identity = identity

    def depart(self, redirect_uri: str) -> Departure:
        return Departure(f"https://login.test/?back={redirect_uri}", {"state": "s1"})

    def arrive(self, redirect_uri: str, query: Mapping[str, str], remembered: Mapping[str, str]) -> Identity | None:
        if query.get("state") != remembered.get("state", "none"):
            raise ProviderFailed("state")
        return self.identity
