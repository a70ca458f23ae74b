"""A page made of fakes, with its test client."""

from pathlib import Path

import pytest

from status_page.lookup.limits import limiter
from tests.fakes.status_page_site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A page that knows the tests' merchant, and no order."""
    site = Site(tmp_path / "downloads")
    with site.app.app_context():
        limiter.reset()
    return site
