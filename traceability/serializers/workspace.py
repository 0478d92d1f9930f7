"""Rows of the desk's grid as JSON: what is sent to be written, and how a row is given out."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from portal.kernel.templatetags.portal import moment
from traceability.rules.intake import COLUMNS, HIGHEST_LINE
from traceability.rules.sheets import row_fault_text
from traceability.rules.workspace import ROWS_AT_ONCE, RowChange, RowConflict, StandingRow


class CellsField(serializers.DictField):
    """The texts of a row by column."""

    child = serializers.CharField(allow_blank=True, max_length=600, trim_whitespace=False)

    def run_child_validation(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Only the columns of a record."""
        if unknown := sorted(set(map(str, data)) - set(COLUMNS)):
            raise serializers.ValidationError({name: ["?"] for name in unknown[:20]})
        return {name: text for name, text in super().run_child_validation(data).items() if text}


class RowChangeIn(serializers.Serializer[Any]):
    """One line as its writer read it and wants it; null is no row."""

    line = serializers.IntegerField(min_value=1, max_value=HIGHEST_LINE)
    before = CellsField(allow_null=True)
    after = CellsField(allow_null=True)


class RowsIn(serializers.Serializer[Any]):
    """The lines that somebody changed."""

    changes = RowChangeIn(many=True, max_length=ROWS_AT_ONCE)

    def validate_changes(self, changes: list[dict[str, Any]]) -> list[RowChange]:
        """As the rules know them."""
        return [RowChange(**change) for change in changes]


def row_out(line: int, row: StandingRow | None) -> dict[str, Any]:
    """A row as the grid reads it; a line that is gone has no cells."""
    if row is None:
        return {"line": line, "cells": None, "faults": []}
    return {
        "line": line,
        "cells": row.cells,
        "faults": [
            [column, row_fault_text(code, value), code == "missing"]
            for column, code, value in row.faults
        ],
    }


def conflict_out(conflict: RowConflict) -> dict[str, Any]:
    """Both sides of a line that two people wrote."""
    change, standing = conflict.change, conflict.standing
    return {
        "line": change.line,
        "yours": change.after,
        "theirs": standing.cells if standing else None,
        "by": standing.by if standing else "",
        "at": moment(standing.at) if standing else "",
    }
