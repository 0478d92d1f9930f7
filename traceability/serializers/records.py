"""Records in bulk: what is sent becomes rows for intake, and what became of them is told."""

import json
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser

from portal.kernel.api.problems import escaped
from traceability.models import Kind, Record
from traceability.queries.uploads import product_names
from traceability.rules.intake import (
    CHANGE_COLUMNS,
    COLUMNS,
    HIGHEST_LINE,
    LONGEST,
    VERBS,
    RowError,
)
from traceability.rules.sheets import MOST_ROWS, row_fault_text
from traceability.serializers.filings import FilingOut
from traceability.services.intake import SourceRow
from traceability.services.records import Written, table_rows, written_row
from traceability.sheets import read

# So many faults are told one by one; their number is told whole.
MOST_ERRORS = 5_000
_PLACES = {name: place for place, name in enumerate(COLUMNS)}
_NAMED = {*COLUMNS, *CHANGE_COLUMNS}


class RecordOut(serializers.Serializer[Record]):
    """One record in the columns of the spreadsheet; parties are unified social credit codes."""

    line = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    date = serializers.DateField()
    lot = serializers.CharField(source="lot.number")
    lot_maker = serializers.CharField(source="lot.maker.uscc", allow_null=True)
    product = serializers.CharField(source="product.code", default=None, allow_null=True)
    gross_kg = serializers.DecimalField(18, 3)
    reo_percent = serializers.DecimalField(9, 6, allow_null=True, normalize_output=True)
    run = serializers.CharField(allow_blank=True)
    counterparty = serializers.CharField(source="counterparty.uscc", default=None, allow_null=True)
    document = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    assay = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class RecordsParser(BaseParser):
    """JSON whose numbers stay the text that was sent: a mass is no binary fraction."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        """`records`, and nothing else. Raises ParseError or ValidationError (400)."""
        try:
            told = json.loads(
                stream.read(), parse_int=str, parse_float=str, parse_constant=_no_number
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is no JSON: %(error)s") % {"error": error}) from error
        records = told.get("records") if isinstance(told, dict) else None
        if not isinstance(records, list) or len(told) != 1:
            raise ValidationError({"records": [_("Send an object with a list of `records`.")]})
        if len(records) > MOST_ROWS:
            most = {"most": f"{MOST_ROWS:,}"}
            raise ValidationError({"records": [_("Send at most %(most)s records.") % most]})
        return {"records": records}


class CsvParser(BaseParser):
    """A table as text, with the headers of the spreadsheet; read when it is staged."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """What was sent, as it came."""
        return {"csv": stream.read()}


def _no_number(text: str) -> Any:
    raise ValueError(text)


class Sent:
    """The records of one request: rows for intake, numbered by their place from 1 on.

    `verbs`: each says what it does to the draft. `lines`: the line of a CSV file each stood on.
    """

    def __init__(self, told: dict[str, Any], *, verbs: bool) -> None:
        if not told:
            raise ValidationError({"records": [_("Send an object with a list of `records`.")]})
        self._told = told
        self._verbs = verbs
        self.lines: array[int] = array("i")

    @contextmanager
    def rows(self) -> Iterator[Iterator[SourceRow]]:
        """The rows, to be read once. Raises FileRefused for CSV that can't be read as a table."""
        if "records" in self._told:
            yield (self._row(at, each) for at, each in enumerate(self._told["records"], start=1))
            return
        # The lines of the records may be told either way, the verbs only where there are any.
        with read.opened(
            self._told["csv"], "records.csv", product_names=product_names(), changes=True
        ) as table:
            yield self._table_rows(table)

    def _row(self, at: int, record: Any) -> SourceRow:
        """One JSON object; what is not text or a number, or no field, is its fault."""
        cells: list[str | None] = [None] * len(COLUMNS)
        if not isinstance(record, dict):
            return SourceRow(at, cells, fault="kind:text_needed:")
        fault, verb, line = None, None, None
        for name, value in record.items():
            if value is not None and not isinstance(value, str):
                fault = fault or f"{name if name in _NAMED else 'kind'}:text_needed:"
            elif name in _PLACES:
                cells[_PLACES[name]] = value
            elif name == "line":
                line = value
            elif name == "verb" and self._verbs:
                verb = value
            else:
                fault = fault or f"kind:field_unknown:{name[:60]}"
        return written_row(at, cells, verb=verb, line=line, fault=fault, verbs=self._verbs)

    def _table_rows(self, table: read.Table) -> Iterator[SourceRow]:
        for at, row in enumerate(table_rows(table, verbs=self._verbs), start=1):
            self.lines.append(row.line)
            yield replace(row, line=at)

    def told(self, fault: RowError) -> dict[str, Any]:
        """A fault as a machine reads it, in the caller's language."""
        field = fault.value if fault.code == "field_unknown" else fault.column
        pointer = f"/records/{fault.line - 1}/{escaped(field)}"
        answer = {
            "pointer": pointer,
            "detail": row_fault_text(fault.code, fault.value),
            "code": fault.code,
            "value": fault.value,
        }
        if self.lines:
            answer["line"] = self.lines[fault.line - 1]
        return answer


_OPTIONAL = {"required": False, "allow_null": True, "allow_blank": True}


@extend_schema_field({"type": ["string", "number", "null"]})
class FigureField(serializers.CharField):
    """A number, or its text."""


class RecordIn(serializers.Serializer[Any]):
    """One record; which fields its kind needs is told by the kinds among the reference tables."""

    line = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=HIGHEST_LINE
    )
    kind = serializers.ChoiceField(Kind.choices)
    date = serializers.DateField()
    lot = serializers.CharField(max_length=LONGEST["lot"])
    lot_maker = serializers.CharField(**_OPTIONAL)
    product = serializers.CharField(**_OPTIONAL)
    gross_kg = FigureField()
    reo_percent = FigureField(**_OPTIONAL)
    run = serializers.CharField(max_length=LONGEST["run"], **_OPTIONAL)
    counterparty = serializers.CharField(**_OPTIONAL)
    document = serializers.CharField(max_length=LONGEST["document"], **_OPTIONAL)
    country = serializers.CharField(**_OPTIONAL)
    assay = serializers.CharField(max_length=LONGEST["assay"], **_OPTIONAL)
    note = serializers.CharField(max_length=LONGEST["note"], **_OPTIONAL)


class RecordsIn(serializers.Serializer[Any]):
    """A month's records."""

    records = RecordIn(many=True)


class ChangeIn(serializers.Serializer[Any]):
    """What happens to one line: `add` a record, `change` it to what is said here, `cancel` it.

    A cancelled line needs no other field. A record added without a line gets the next free one.
    """

    verb = serializers.ChoiceField(VERBS, default="add")
    line = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=HIGHEST_LINE
    )
    kind = serializers.ChoiceField(Kind.choices, required=False)
    date = serializers.DateField(required=False)
    lot = serializers.CharField(max_length=LONGEST["lot"], required=False)
    lot_maker = serializers.CharField(**_OPTIONAL)
    product = serializers.CharField(**_OPTIONAL)
    gross_kg = FigureField(required=False)
    reo_percent = FigureField(**_OPTIONAL)
    run = serializers.CharField(max_length=LONGEST["run"], **_OPTIONAL)
    counterparty = serializers.CharField(**_OPTIONAL)
    document = serializers.CharField(max_length=LONGEST["document"], **_OPTIONAL)
    country = serializers.CharField(**_OPTIONAL)
    assay = serializers.CharField(max_length=LONGEST["assay"], **_OPTIONAL)
    note = serializers.CharField(max_length=LONGEST["note"], **_OPTIONAL)


class ChangesIn(serializers.Serializer[Any]):
    """Changes to a draft's records."""

    records = ChangeIn(many=True)


class AcceptedOut(serializers.Serializer[Any]):
    """A record that is in the draft: its place among those sent, from 0 on, and its line."""

    index = serializers.IntegerField()
    line = serializers.IntegerField()


class FaultOut(serializers.Serializer[Any]):
    """One fault: a JSON pointer to it, what is wrong and what stands there.

    `line`: where it stands in a CSV file.
    """

    pointer = serializers.CharField()
    detail = serializers.CharField()
    code = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    line = serializers.IntegerField(required=False)


class RefusedOut(serializers.Serializer[Any]):
    """A record that was left out, and why."""

    index = serializers.IntegerField()
    errors = FaultOut(many=True)


class RecordsWrittenOut(serializers.Serializer[Any]):
    """What became of the records that were sent.

    `kept_purchases`: so many purchases of accepted shipments stayed beside those put in.
    """

    filing = FilingOut()
    accepted = AcceptedOut(many=True)
    refused = RefusedOut(many=True)
    kept_purchases = serializers.IntegerField()


def written_out(written: Written, sent: Sent) -> dict[str, Any]:
    """The records that are in the draft, and those that were left out."""
    refused: dict[int, list[dict[str, Any]]] = {}
    for fault in written.refused:
        refused.setdefault(fault.line - 1, []).append(sent.told(fault))
    return {
        "accepted": [{"index": at - 1, "line": line} for at, line in written.lines],
        "refused": [{"index": index, "errors": errors} for index, errors in refused.items()],
        "kept_purchases": written.kept,
    }
