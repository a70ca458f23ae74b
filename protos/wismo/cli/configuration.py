"""Which server and which key: options, then the environment, then the nearest `.wismo/cli.json` upward."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wismo.cli.exits import UsageProblem
from wismo.client import CareClient, RetryPolicy, Tls, WismoClient
from wismo.client.values import merchant_of_key

DEFAULT_TARGET = "127.0.0.1:50051"
DEFAULT_CARE_TARGET = "127.0.0.1:50052"
FILE = Path(".wismo/cli.json")
_ENVIRONMENT = {
    "kafka_bootstrap": "WISMO_KAFKA_BOOTSTRAP",
    "mongo_url": "WISMO_MONGO_URL",
    "smtp_url": "WISMO_SMTP_URL",
    # How to be let in: named as the services' own settings are.
    **{
        name: f"WISMO_{name.upper()}"
        for name in (
            *("kafka_security_protocol", "kafka_sasl_mechanism", "kafka_user", "kafka_password"),
            *("kafka_ca_file", "kafka_cert_file", "kafka_key_file"),
            *("mongo_ca_file", "mongo_cert_file", "smtp_ca_file"),
        )
    },
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Where to, and as whom. Secrets stay out of its text."""

    target: str
    care_target: str | None
    api_key: str | None
    admin_key: str | None
    page_url: str | None
    inbox_url: str | None
    tls: Tls | None
    patience: float
    came_from: Mapping[str, str]
    """For `target`, `care_target` and `api_key`: the option, variable or file that said so."""
    extra: Mapping[str, str]
    """Whatever else the file holds, for `doctor`: kafka_…, mongo_…, smtp_… as services name them, ops.{process}."""

    def __repr__(self) -> str:
        return f"Configuration(target={self.target!r})"

    def client(self, *, admin: bool = False, merchant: str | None = None, patience: float | None = None) -> WismoClient:
        """A client for a merchant's key, or for the admin key. ``patience``: seconds of retries, where not as set."""
        if admin and not self.admin_key:
            raise UsageProblem(
                "This needs the admin key: --admin-key, WISMO_ADMIN_KEY, or admin_key in .wismo/cli.json."
            )
        return WismoClient(
            self.target,
            self.admin_key if admin and self.admin_key else self._own_key(),
            tls=self.tls,
            merchant=merchant,
            retry=RetryPolicy(give_up_after=self.patience if patience is None else patience),
        )

    def care(self) -> CareClient:
        """A client of the care service, for the merchant's key."""
        if not self.care_target:
            raise UsageProblem(
                "The care service's address is not known. Give it with --care-target, WISMO_CARE_TARGET, or "
                "care_target in .wismo/cli.json; it is the notifier's WISMO_CARE_LISTEN."
            )
        retry = RetryPolicy(give_up_after=self.patience)
        return CareClient(self.care_target, self._own_key(), tls=self.tls, retry=retry)

    def _own_key(self) -> str:
        if not self.api_key:
            raise UsageProblem("No API key. Give one with --api-key, WISMO_API_KEY, or api_key in .wismo/cli.json.")
        return self.api_key

    def admin_or_own(self, merchant: str | None = None) -> WismoClient:
        """The admin key where there is one, else the merchant's own. Without ``merchant`` it is that of the own key."""
        return self.client(admin=bool(self.admin_key), merchant=merchant or merchant_of_key(self.api_key or ""))


def find_file(start: Path) -> Path | None:
    """The nearest `.wismo/cli.json` in ``start`` or a folder above it."""
    return next((folder / FILE for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def configure(
    options: Mapping[str, str | None],
    environ: Mapping[str, str],
    start: Path,
    tls: Tls | None,
    patience: float = 10.0,
) -> Configuration:
    """Put the three sources together. Raises UsageProblem for a file that cannot be read."""
    path = find_file(start)
    stored = _read(path) if path is not None else {}
    came_from: dict[str, str] = {}

    def pick(name: str, default: str | None = None) -> str | None:
        variable = f"WISMO_{name.upper()}"
        for value, origin in (
            (options.get(name), f"--{name.replace('_', '-')}"),
            (environ.get(variable), variable),
            (stored.get(name), str(path)),
        ):
            if value:
                came_from[name] = origin
                return value
        came_from[name] = "default" if default else "nowhere"
        return default

    target = pick("target", DEFAULT_TARGET)
    if stored.get("target") not in {None, target}:
        # What the file holds belongs to its server: its keys are never sent to another one that was named by hand.
        stored = {}
    # A care service is guessed only beside an orders service that is itself the default: nothing else is sent a key.
    care_default = DEFAULT_CARE_TARGET if target == DEFAULT_TARGET else None
    return Configuration(
        target=target or DEFAULT_TARGET,
        care_target=pick("care_target", care_default),
        api_key=pick("api_key"),
        admin_key=pick("admin_key"),
        page_url=pick("page_url"),
        inbox_url=pick("inbox_url"),
        tls=tls,
        patience=patience,
        came_from=came_from,
        extra={
            **stored,
            **{name: environ[variable] for name, variable in _ENVIRONMENT.items() if environ.get(variable)},
        },
    )


def _read(path: Path) -> dict[str, str]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as bad:
        raise UsageProblem(f"{path} is no JSON: {bad}") from None
    if not isinstance(stored, dict):
        raise UsageProblem(f'{path} must hold an object, for example {{"target": "{DEFAULT_TARGET}"}}')
    flat = {str(name): value for name, value in stored.items() if isinstance(value, str)}
    for name, values in stored.items():
        if isinstance(values, dict):
            flat.update({f"{name}.{key}": value for key, value in values.items() if isinstance(value, str)})
    return flat
