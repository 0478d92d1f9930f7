"""Pieces of SQL that the mapper has no words for."""

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.sql.datastructures import BaseTable

Row = TypeVar("Row", bound=Model)
FEW = 1_000
_PLACE = re.compile(r"%\((\w+)\)s")


def among(ids: Collection[int]) -> Func:
    """Many ids as one parameter: `filter(enterprise_id__in=among(ids))`.

    Says what a list says, which takes a place for each id: 12 ms to build for 2,000 of them.
    """
    array = Value([*ids], output_field=ArrayField(BigIntegerField()))
    return Func(array, template="(select unnest(%(expressions)s))")


def keep_statistics(*tables: str, added: int) -> None:
    """ANALYZE tables to which `added` rows came, where the planner knows of less than ten times it.

    PostgreSQL does so by itself, but only after a commit and in its own time; until then it may
    plan for a table that it saw empty, and a join of minutes comes out where one of milliseconds
    was to be had. A table may name the columns to look at: `record (lot_id)`. Few rows are left to
    PostgreSQL, and so is a table that somebody else looks at already: nobody waits here.
    """
    if added < FEW:
        return
    names = [table.partition(" ")[0] for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            "select n from unnest(%s::text[]) with ordinality as named(name, n)"
            " join pg_class on pg_class.oid = name::regclass where reltuples < %s",
            [names, 10 * added],
        )
        grown = [tables[n - 1] for (n,) in cursor.fetchall()]
        if grown:
            cursor.execute("analyze (skip_locked) " + ", ".join(grown))


def one_of(field: str, ids: Collection[int]) -> Func:
    """That a field is one of many ids: `filter(one_of("pk", ids))`.

    For queries that join many tables, which come to what `among` says only in the end.
    """
    array = Value([*ids], output_field=ArrayField(BigIntegerField()))
    template = "(%(expressions)s))"
    return Func(
        F(field), array, template=template, arg_joiner=" = any(", output_field=BooleanField()
    )


class _Statement(BaseTable):
    """A statement in the place of a table."""

    def __init__(self, sql: str, values: list[Any], name: str, alias: str | None) -> None:
        super().__init__(name, alias)
        self.sql = sql
        self.values = values

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The statement in brackets, with the name of the table it stands for."""
        return f"({self.sql}) {compiler.quote_name_unless_alias(self.table_alias)}", self.values

    def relabeled_clone(self, change_map: dict[str | None, str]) -> "_Statement":
        """The same under another name."""
        alias = change_map.get(self.table_alias, self.table_alias)
        return _Statement(self.sql, self.values, self.table_name, alias)


def derived(model: type[Row], sql: str, values: Mapping[str, Any]) -> QuerySet[Row]:
    """A queryset over the rows that a statement gives, as if they were a table of `model`.

    For an unmanaged model whose rows are kept nowhere, so that lists and endpoints can narrow,
    sort, count and page them. `values` fills the statement's %(name)s places.
    """
    places = _PLACE.findall(sql)
    rows = model._default_manager.all()
    alias = rows.query.get_initial_alias()
    rows.query.alias_map[alias] = _Statement(
        _PLACE.sub("%s", sql), [values[place] for place in places], model._meta.db_table, alias
    )
    return rows


def at_hand(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The same derived rows, asked for once and kept until the transaction ends.

    For a page that counts, sorts and pages them. Not for what is read after it, as an export is.
    """
    name = connection.ops.quote_name(f"{rows.model._meta.db_table}_at_hand")
    sql, values = rows.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists pg_temp.{name}")
        cursor.execute(f"create temp table {name} on commit drop as {sql}", values)
    return derived(rows.model, f"select * from {name}", {})
