"""`prepare` of each service makes what its processes need, and ends: what a deployment runs before it rolls."""

import os
import subprocess
import sys
from base64 import b64encode

import pytest
from kafka import KafkaAdminClient

from chassis.mongo import connect

SECRETS = {
    "WISMO_SEALING_KEYS": f"k1:{b64encode(bytes(32)).decode()}",
    "WISMO_LINK_KEYS": "k1:a-secret-for-links-of-this-test-alone",
    "WISMO_COOKIE_KEY": "a-secret-for-cookies-of-this-test-alone",
}


@pytest.mark.parametrize(
    ("service", "setting", "collection"),
    [
        ("orders", "WISMO_ORDERS_DATABASE", "orders"),
        ("notifier", "WISMO_NOTIFIER_DATABASE", "watches"),
        ("status_page", "WISMO_PAGE_DATABASE", "orders"),
    ],
)
def test_it_makes_everything_once_and_again(
    service: str, setting: str, collection: str, mongo_url: str, kafka_bootstrap: str, unique: str
) -> None:
    environment = {
        **os.environ,
        **SECRETS,
        "WISMO_MONGO_URL": mongo_url,
        "WISMO_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "WISMO_TOPIC_PARTITIONS": "1",
        setting: f"{service}-{unique}",
    }
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", service, "prepare"],
            check=False,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    client = connect(mongo_url, "test")
    try:
        assert client[f"{service}-{unique}"][collection].index_information().keys() > {"_id_"}
    finally:
        client.close()
    if service != "status_page":
        admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        try:
            assert "wismo.order-events.v1" in admin.list_topics()
        finally:
            admin.close()
