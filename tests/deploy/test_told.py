"""The account of what was done tells of nothing else."""

import pytest

from tests.deploy.told import Told, counted


def test_each_step_is_a_line_with_its_counts_and_the_last_line_is_their_sum() -> None:
    told = Told()
    with told.step("installed", "a release") as said:
        said.append(counted(1, "pod"))
        said.append(counted(2, "deployment"))
    first, last = told.lines()
    assert first.startswith("installed ")
    assert first.endswith(" s  a release, 1 pod, 2 deployments")
    assert last == "1 step, 0 s"


def test_what_failed_is_not_told_as_done() -> None:
    told = Told()
    with pytest.raises(ValueError, match="no"), told.step("upgraded"):
        raise ValueError("no")
    assert told.steps == []
