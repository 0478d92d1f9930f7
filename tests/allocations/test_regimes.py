"""Both regimes side by side: what each point cites."""

import pytest

from allocations.rules import POINTS
from portal.kernel.law import Instrument

# The articles that were read in the text of the 2025 measures, and of the Regulations.
READ = {
    Instrument.MEASURES_2025: {1, 2, 3, 4, 5, 6, None},
    Instrument.REGULATIONS_2024: {2, 8},
}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: str(point.name))
def test_every_point_cites_what_was_read(point):
    before, since = point.directive_plan.sources, point.total_control.sources

    assert [(source.instrument, source.article) for source in before] == [
        (Instrument.MEASURES_2012, None)
    ]
    assert since
    assert all(source.article in READ[source.instrument] for source in since)


def test_no_point_is_named_twice():
    names = [str(point.name) for point in POINTS]

    assert len(set(names)) == len(names)
