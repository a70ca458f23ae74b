"""Why Kafka cannot be reached, in words that name the setting to mend. No secret is in them.

kafka-python throws the reason of a failed handshake away ("no brokers available"), so one broker is asked again, by
hand.
"""

import socket
import ssl

from kafka.errors import (
    AuthorizationError,
    IllegalSaslStateError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from chassis.connections import Brokers

_SECONDS = 1.5
_PROTOCOL = "WISMO_KAFKA_SECURITY_PROTOCOL"


def refusal(error: BaseException) -> str | None:
    """A word on an error that says by itself that we are not let in; None for any other. Asks nobody."""
    kind = type(error).__name__
    if isinstance(error, SaslAuthenticationFailedError):
        return f"{kind}: Kafka refuses the user, see WISMO_KAFKA_USER and WISMO_KAFKA_PASSWORD"
    if isinstance(error, UnsupportedSaslMechanismError):
        return f"{kind}: Kafka knows no such login, see WISMO_KAFKA_SASL_MECHANISM"
    if isinstance(error, IllegalSaslStateError):
        return f"{kind}: Kafka expects no login here, see {_PROTOCOL}"
    if isinstance(error, AuthorizationError):
        return f"{kind}: Kafka's access rules do not let WISMO_KAFKA_USER do this"
    return None


def trouble(error: BaseException, brokers: Brokers | str) -> str:
    """A word on why there is no connection. Asks the first broker by hand, for at most about three seconds."""
    brokers = Brokers.of(brokers)
    return refusal(error) or f"{type(error).__name__}: {_seen_by_hand(brokers)}"


def _seen_by_hand(brokers: Brokers) -> str:
    first = brokers.addresses[0] if brokers.addresses else ""
    host, _, port = first.rpartition(":")
    host = host.strip("[]")
    try:
        with socket.create_connection((host, int(port)), timeout=_SECONDS) as plain:
            return _tls_trouble(plain, host, brokers) if brokers.tls else _plain_trouble(plain, brokers)
    except ValueError:
        return f"{first!r} is not of the form host:port, see WISMO_KAFKA_BOOTSTRAP"
    except OSError:
        return f"no broker at {first}, see WISMO_KAFKA_BOOTSTRAP"


def _tls_trouble(plain: socket.socket, host: str, brokers: Brokers) -> str:
    try:
        context = brokers.tls_context()
    except OSError as error:  # An SSLError is one too.
        files = "WISMO_KAFKA_CA_FILE, WISMO_KAFKA_CERT_FILE or WISMO_KAFKA_KEY_FILE"
        return f"{files} is unusable: {error.strerror or 'not in PEM'}"
    try:
        with context.wrap_socket(plain, server_hostname=host) as encrypted:
            return _own_certificate_trouble(encrypted) or _not_taken_in(brokers)
    except ssl.SSLCertVerificationError as error:
        return f"the broker's certificate is not trusted ({error.verify_message}), see WISMO_KAFKA_CA_FILE"
    except OSError:
        return f"the broker does not answer in TLS, see {_PROTOCOL}"


def _own_certificate_trouble(encrypted: ssl.SSLSocket) -> str | None:
    """With TLS 1.3 a server says only after the handshake that it misses our certificate."""
    encrypted.settimeout(0.3)
    try:
        encrypted.recv(1)
    except ssl.SSLError:
        return "the broker does not accept our certificate, see WISMO_KAFKA_CERT_FILE"
    except OSError:  # Silence: it waits for us to begin.
        return None
    return None


def _plain_trouble(plain: socket.socket, brokers: Brokers) -> str:
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE  # Nothing is sent: the question is only whether TLS is spoken.
    try:
        with anything.wrap_socket(plain):
            return f"the broker speaks TLS and we do not, see {_PROTOCOL}"
    except OSError:
        pass
    return _not_taken_in(brokers)


def _not_taken_in(brokers: Brokers) -> str:
    """The last guess, and often all there is: a broker hangs up with its refusal, which kafka-python then drops."""
    login = "WISMO_KAFKA_USER, WISMO_KAFKA_PASSWORD and WISMO_KAFKA_SASL_MECHANISM"
    settings = login if brokers.sasl else f"{_PROTOCOL}: does it want a login?"
    return f"a broker is there and does not take us in; unless it is starting, see {settings}"
