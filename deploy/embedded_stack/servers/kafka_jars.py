"""Apache Kafka's jars, fetched once into the user's cache folder and found there ever after."""

import fcntl
import os
import sys
from pathlib import Path

KAFKA = "org.apache.kafka:kafka_2.13:4.1.0"
# Kafka logs through SLF4J 1.7 and brings log4j, but not what joins the two: without it, it is mute.
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"


def cache_folder() -> Path:
    """Where this user's programs keep what can be fetched again."""
    if "XDG_CACHE_HOME" in os.environ:
        return Path(os.environ["XDG_CACHE_HOME"]) / "wismo"
    below = Path("Library/Caches") if sys.platform == "darwin" else Path(".cache")
    return Path.home() / below / "wismo"


def kafka_classpath(cache: Path | None = None) -> list[Path]:
    """All jars of the broker. Blocks for some ten seconds the first time, for a millisecond afterwards.

    WISMO_MAVEN_REPOSITORY names a mirror to ask instead of the usual repository.
    """
    folder = (cache or cache_folder()) / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    listed = _list_of(folder)
    if jars := _complete(listed):
        return jars
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two starts at once fetch once.
        if jars := _complete(listed):
            return jars
        jars = _fetch(folder)
        # Written last and in one step: whoever sees the list may trust it.
        unfinished = listed.with_suffix(".new")
        unfinished.write_text("\n".join(str(jar) for jar in jars), encoding="utf-8")
        unfinished.replace(listed)
        return jars


def is_fetched() -> bool:
    """Whether `kafka_classpath` would answer at once."""
    return bool(_complete(_list_of(cache_folder() / "kafka")))


def _list_of(folder: Path) -> Path:
    return folder / (f"{KAFKA}+{LOGGING}".replace(":", "-") + ".classpath")


def _complete(listed: Path) -> list[Path]:
    if not listed.exists():
        return []
    jars = [Path(line) for line in listed.read_text(encoding="utf-8").splitlines()]
    return jars if all(jar.exists() for jar in jars) else []


def _fetch(folder: Path) -> list[Path]:
    # Imported only here: it takes longer to import than the usual case takes altogether.
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext

    repository = os.environ.get("WISMO_MAVEN_REPOSITORY") or MAVEN_CENTRAL_URL
    context = MavenContext(repo_cache=folder / "repository", remote_repos={"central": repository})
    builder = EnvironmentBuilder(context=context, cache_dir=folder / "environments", link_strategy=LinkStrategy.AUTO)
    # Resolved apart: together, the versions that log4j manages would replace some of Kafka's own.
    found = {
        jar.name: jar for part in (LOGGING, KAFKA) for jar in Path(builder.from_endpoint(part).path).rglob("*.jar")
    }
    return [found[name] for name in sorted(found)]
