"""How MongoDB and Kafka are reached and who we are there: settings that every service has, each a mix-in.

What a connection fails by is told with the name of the setting that mends it; see ``chassis.mongo.trouble`` and
``chassis.kafka.trouble``.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from chassis.parsers import Secret, choice, optional, readable_file, secret, text, url
from chassis.settings import BadSetting, SettingsError, setting


@dataclass(frozen=True, slots=True)
class Brokers:
    """Kafka's addresses, ``host:port[,host:port]``, and how to be let in. Without the rest: neither TLS nor login.

    Holds a password: its text is the addresses alone.
    """

    bootstrap: str
    protocol: str = "plaintext"
    mechanism: str = "scram-sha-512"
    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def of(cls, brokers: "Brokers | str") -> "Brokers":
        """Brokers as they are; a text is the addresses of ones that want neither TLS nor login."""
        return brokers if isinstance(brokers, Brokers) else cls(brokers)

    def __str__(self) -> str:
        return self.bootstrap

    def __repr__(self) -> str:
        return f"Brokers({self.bootstrap}, {self.protocol})"

    @property
    def addresses(self) -> list[str]:
        """One ``host:port`` each."""
        return [server.strip() for server in self.bootstrap.split(",") if server.strip()]

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.protocol in {"ssl", "sasl_ssl"}

    @property
    def sasl(self) -> bool:
        """Whether user and password are asked for."""
        return self.protocol.startswith("sasl_")

    def tls_context(self) -> ssl.SSLContext:
        """Checks certificate and name against the CA file, else the system's authorities; shows our own if there is
        one. Raises OSError for a file that cannot be read.
        """
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.cert_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context


@dataclass(frozen=True)
class KafkaSettings:
    """Where Kafka is and how we get in."""

    kafka_bootstrap: str = setting(
        "WISMO_KAFKA_BOOTSTRAP", text, default="127.0.0.1:9092", help="Kafka brokers, host:port[,host:port]."
    )
    kafka_security_protocol: str = setting(
        "WISMO_KAFKA_SECURITY_PROTOCOL",
        choice("plaintext", "ssl", "sasl_plaintext", "sasl_ssl"),
        default="plaintext",
        help="Kafka's name for it: ssl is TLS, sasl a login with user and password.",
    )
    kafka_sasl_mechanism: str = setting(
        "WISMO_KAFKA_SASL_MECHANISM",
        choice("scram-sha-512", "scram-sha-256", "plain"),
        default="scram-sha-512",
        help="How user and password are shown. With plain use TLS: it sends them as they are.",
    )
    kafka_user: str = setting("WISMO_KAFKA_USER", text, default="", help="The user at Kafka.")
    kafka_password: Secret | None = setting(
        "WISMO_KAFKA_PASSWORD", optional(secret), default="", help="The user's password at Kafka."
    )
    kafka_ca_file: Path | None = setting(
        "WISMO_KAFKA_CA_FILE",
        optional(readable_file),
        default="",
        help="The authority of the brokers' certificates, in PEM. Empty: those that the system trusts.",
    )
    kafka_cert_file: Path | None = setting(
        "WISMO_KAFKA_CERT_FILE",
        optional(readable_file),
        default="",
        help="Our own certificate chain, in PEM, where brokers ask for one.",
    )
    kafka_key_file: Path | None = setting(
        "WISMO_KAFKA_KEY_FILE", optional(readable_file), default="", help="That certificate's key, in PEM."
    )

    def __post_init__(self) -> None:
        """Raises SettingsError for what does not go together: a forgotten protocol must not mean "in plain text"."""
        sasl, tls = self.brokers.sasl, self.brokers.tls
        protocol = f"WISMO_KAFKA_SECURITY_PROTOCOL is {self.kafka_security_protocol}"
        problems = [
            BadSetting(variable, "is not set", f"the login at Kafka, as {protocol}")
            for variable, value in {
                "WISMO_KAFKA_USER": self.kafka_user,
                "WISMO_KAFKA_PASSWORD": self.kafka_password,
            }.items()
            if sasl and not value
        ]
        unused = {
            "WISMO_KAFKA_USER": self.kafka_user and not sasl,
            "WISMO_KAFKA_PASSWORD": self.kafka_password and not sasl,
            "WISMO_KAFKA_CA_FILE": self.kafka_ca_file and not tls,
            "WISMO_KAFKA_CERT_FILE": self.kafka_cert_file and not tls,
        }
        problems += [
            BadSetting(variable, f"is set but not used, as {protocol}", "another protocol, or none of it")
            for variable, is_unused in unused.items()
            if is_unused
        ]
        if problems:
            raise SettingsError(tuple(problems))

    @property
    def brokers(self) -> Brokers:
        """All of it, as clients take it."""
        return Brokers(
            self.kafka_bootstrap,
            self.kafka_security_protocol,
            self.kafka_sasl_mechanism,
            self.kafka_user,
            self.kafka_password or Secret(""),
            self.kafka_ca_file,
            self.kafka_cert_file,
            self.kafka_key_file,
        )


@dataclass(frozen=True)
class MongoSettings:
    """Where the database is and how we get in."""

    mongo_url: str = setting(
        "WISMO_MONGO_URL",
        url("mongodb", "mongodb+srv", secret=True),
        default="mongodb://127.0.0.1:27017",
        help="The MongoDB server or replica set, with user and password if it asks for them: "
        "mongodb://user:password@host1,host2/?replicaSet=rs0&authSource=admin",
    )
    mongo_ca_file: Path | None = setting(
        "WISMO_MONGO_CA_FILE",
        optional(readable_file),
        default="",
        help="The authority of the database's certificate, in PEM; turns TLS on. "
        "With `tls=true` in the URL instead: those that the system trusts.",
    )
    mongo_cert_file: Path | None = setting(
        "WISMO_MONGO_CERT_FILE",
        optional(readable_file),
        default="",
        help="Our own certificate and its key in one file, in PEM, where the database asks for one; turns TLS on.",
    )

    @property
    def database_url(self) -> str:
        """The URL with everything in it, as every driver takes it. Holds the password: never to be logged."""
        files = {"tlsCAFile": self.mongo_ca_file, "tlsCertificateKeyFile": self.mongo_cert_file}
        more = {name: str(file) for name, file in files.items() if file}
        if not more:
            return self.mongo_url
        parts = urlsplit(self.mongo_url)
        said = dict(parse_qsl(parts.query, keep_blank_values=True))
        query = urlencode(said | {"tls": "true"} | more)
        return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))
