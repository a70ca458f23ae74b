"""Shops and commands beside real services."""

import os
import subprocess
import sys
from pathlib import Path

from tests.integration.orders.process import ADMIN_KEY, OrdersProcess
from wismo.cli.documents import read_file
from wismo.cli.friendly import Reader
from wismo.client import WismoClient
from wismo.orders.v1.merchant_pb2 import Merchant

ROOT = Path(__file__).parents[3]


def open_shop(orders: OrdersProcess, name: str) -> str:
    """The shop of docs/examples under another name; a key of it that may write."""
    merchant = Merchant()
    Reader().fill(merchant, read_file(str(ROOT / "docs/examples/merchant.yaml"))[0], "merchant")
    merchant.name = f"merchants/{name}"
    with WismoClient(orders.address, ADMIN_KEY, merchant=name) as admin:
        admin.create_merchant(merchant)
        return admin.create_key(display_name="tests").secret


def start_command(folder: Path, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
    """`wismo` in this folder, with no setting but these and those of the folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WISMO_")}
    return subprocess.Popen(
        [sys.executable, "-m", "wismo.cli", *arguments],
        cwd=folder,
        env=own | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
