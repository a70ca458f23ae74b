"""One module for each group of commands."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]
