"""What one run of the command carries from its options to its end."""

from dataclasses import dataclass, field

import typer

from wismo.cli.configuration import Configuration
from wismo.cli.output import Output


@dataclass
class Session:
    """Where to speak, to whom, and where in the user's files each field stands."""

    output: Output
    configuration: Configuration
    places: dict[str, str] = field(default_factory=dict)
    spoken_to: str = ""
    """The address that a failure is about, where it is not that of the orders service."""


def session_of(context: typer.Context) -> Session:
    """The session that the root command made."""
    session = context.find_object(Session)
    assert session is not None, "the root command makes it before any other runs"
    return session
