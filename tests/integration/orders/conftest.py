"""One real orders service for all tests here, with a merchant of its own for each."""

from collections.abc import Iterator

import grpc
import pytest

from tests.integration.orders.process import OrdersProcess, database_name
from tests.integration.orders.shop import Shop, open_shop


@pytest.fixture(scope="session")
def orders_process(mongo_url: str, kafka_bootstrap: str) -> Iterator[OrdersProcess]:
    process = OrdersProcess(mongo_url, kafka_bootstrap, database_name(), WISMO_LOG_LEVEL="debug")
    with process:
        yield process
        process.stop()


@pytest.fixture(scope="session")
def channel(orders_process: OrdersProcess) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(orders_process.address) as channel:
        yield channel


@pytest.fixture
def shop(channel: grpc.Channel) -> Shop:
    return open_shop(channel)


@pytest.fixture
def other_shop(channel: grpc.Channel) -> Shop:
    return open_shop(channel)
