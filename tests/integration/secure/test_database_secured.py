"""MongoDB with TLS and SCRAM: every driver gets in, and who does not is told which setting to look at."""

from urllib.parse import quote

import pytest
from limits.storage import storage_from_string
from pymongo.errors import PyMongoError

from chassis.connections import MongoSettings
from chassis.mongo import connect, connect_async, database_answers, is_unavailable, trouble
from chassis.settings import load
from tests.integration.secure.authority import Authority
from tests.integration.secure.servers import PASSWORD, USER, SecuredDatabase


def settings(database: SecuredDatabase, password: str | None = PASSWORD, **more: object) -> MongoSettings:
    login = "" if password is None else f"{USER}:{quote(password, safe='')}@"
    url = f"mongodb://{login}127.0.0.1:{database.port}/?authSource=admin"
    return load(MongoSettings, {"WISMO_MONGO_URL": url, **{name: str(value) for name, value in more.items()}})


async def test_every_driver_gets_in(database: SecuredDatabase, authority: Authority, unique: str) -> None:
    url = settings(database, WISMO_MONGO_CA_FILE=authority.file).database_url
    with connect(url, "test") as client:
        client[unique].things.insert_one({"_id": 1})
        assert database_answers(client)() is None
    async with connect_async(url, "test") as client_of_orders:
        assert await client_of_orders[unique].things.find_one({"_id": 1}) == {"_id": 1}
    # The page counts look-ups with a client that is not ours.
    assert storage_from_string(url, database_name=unique).check()


def test_a_certificate_of_our_own_is_shown(database: SecuredDatabase, authority: Authority) -> None:
    ours = authority.issue("wismo-at-mongo").both
    url = settings(database, WISMO_MONGO_CA_FILE=authority.file, WISMO_MONGO_CERT_FILE=ours).database_url
    with connect(url, "test") as client:
        assert database_answers(client)() is None


@pytest.mark.parametrize(
    ("case", "setting"),
    [
        ("wrong password", "refuses the login, see WISMO_MONGO_URL: user, password"),
        ("no login", "wants a login, see WISMO_MONGO_URL: user, password"),
        ("wrong authority", "is not trusted, see WISMO_MONGO_CA_FILE"),
        ("plain text", "does it want TLS? See WISMO_MONGO_CA_FILE"),
    ],
)
def test_who_is_not_let_in_is_told_the_setting(
    database: SecuredDatabase, authority: Authority, stranger: Authority, case: str, setting: str
) -> None:
    trusting = {"WISMO_MONGO_CA_FILE": authority.file}
    wrong = {
        "wrong password": lambda: settings(database, "not it", **trusting),
        "no login": lambda: settings(database, None, **trusting),
        "wrong authority": lambda: settings(database, WISMO_MONGO_CA_FILE=stranger.file),
        "plain text": lambda: settings(database),
    }[case]()
    with connect(wrong.database_url, "test", timeout=0.5) as client, pytest.raises(PyMongoError) as refused:
        client.test.things.find_one({"_id": 1})
    word = trouble(refused.value)
    assert setting in word
    assert PASSWORD not in word
    assert quote(PASSWORD, safe="") not in word
    # No record and no message is to blame: whoever meets it waits.
    assert is_unavailable(refused.value)
