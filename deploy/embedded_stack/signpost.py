"""Says where to look, once everything runs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from embedded_stack.addresses import Addresses

if TYPE_CHECKING:
    from embedded_stack.demo import Demo

NEXT_STEPS = [
    ".venv/bin/wismo order create docs/examples/order.yaml",
    ".venv/bin/wismo simulate --orders 50",
    ".venv/bin/wismo doctor",
]


def put_up_signpost(console: Console, demo: "Demo | None", addresses: Addresses, folder: Path, seconds: float) -> None:
    """Print addresses and next steps. Links stay whole, however narrow the terminal: they are there to be clicked."""
    places = [("Demo order", demo.link), *demo.other_links.items()] if demo else []
    places.append(("Look-up page", f"{addresses.page_url}/"))
    if demo:
        places.append(("Care desk", f"{addresses.page_url}/desk"))
        places += [(f"  as {role}", key) for role, key in asdict(demo.care_keys).items()]
    if addresses.inbox_url:
        places.append(("Inbox", f"{addresses.inbox_url}/"))
    places.append(("gRPC", addresses.grpc))
    places.append(("API key", f"in {folder / 'cli.json'}, where the wismo command finds it"))
    width = max(len(name) for name, _ in places)
    console.print()
    console.print(Rule(f"[bold]Wismo is up[/] after {seconds:.1f} s", style="green"))
    for name, value in places:
        style = "cyan underline" if value.startswith("http") else ""
        console.print(Text.assemble("  ", (name.ljust(width), "bold"), "  ", (value, style)))
    console.print(Text("\n  From another terminal:", "dim"))
    for step in NEXT_STEPS:
        console.print(Text(f"    {step}"))
    console.print(Text("  Ctrl-C stops everything; the next start finds its data again.", "dim"))
    console.print(Rule(style="green"))
    console.print()
