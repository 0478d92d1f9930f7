"""The planner learns of what came within a transaction."""

import pytest
from django.db import connection

from portal.kernel.sql import FEW, keep_statistics

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled() -> str:
    """A table of FEW rows of which the planner knows nothing."""
    with connection.cursor() as cursor:
        cursor.execute("create table filled as select n from generate_series(1, %s) n", [FEW])
    return "filled"


def known(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("select reltuples from pg_class where relname = %s", [table])
        return cursor.fetchone()[0]


def test_a_table_that_grew_much_is_looked_at(filled):
    keep_statistics(f"{filled} (n)", added=FEW)

    assert known(filled) == FEW


def test_few_rows_are_left_to_the_server(filled):
    keep_statistics(filled, added=FEW - 1)

    assert known(filled) == -1


def test_a_table_that_is_known_well_is_left_alone(filled):
    keep_statistics(filled, added=FEW)
    with connection.cursor() as cursor:
        cursor.execute("insert into filled select n from generate_series(1, %s) n", [9 * FEW])
        keep_statistics(filled, added=FEW)  # a tenth of what is there, but ten times what is known
        assert known(filled) == 10 * FEW
        cursor.execute("insert into filled values (0)")
        keep_statistics(filled, added=FEW)

    assert known(filled) == 10 * FEW
