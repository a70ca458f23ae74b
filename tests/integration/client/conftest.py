from collections.abc import Iterator

import pytest

from tests.fakes.in_memory_orders import KEY, InMemoryOrders
from wismo.client import RetryPolicy, WismoClient, drafts


@pytest.fixture
def server() -> Iterator[InMemoryOrders]:
    running = InMemoryOrders().start()
    yield running
    running.stop()


@pytest.fixture
def client(server: InMemoryOrders) -> Iterator[WismoClient]:
    with WismoClient(server.target, KEY, retry=RetryPolicy(give_up_after=20, first_wait=0.01)) as opened:
        opened.create_order(drafts.new_order("R-1", drafts.buyer("ada@buyers.test"), [drafts.physical("book", "Book")]))
        yield opened
