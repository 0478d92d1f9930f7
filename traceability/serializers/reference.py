"""The code lists that records are written in."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from allocations.models import Category
from enterprises.models import Enterprise
from traceability.models import Kind, Product
from traceability.queries.workspace import LotOffered
from traceability.rules.checks import CODES, Check
from traceability.rules.intake import COLUMNS, Needs


class ProductOut(serializers.Serializer[Product]):
    """A product. `mining_category`: what it counts against when mined; empty for nothing."""

    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    stage = serializers.ChoiceField(Product.Stage.choices)
    mining_category = serializers.ChoiceField(Category.choices, allow_blank=True)


class KindOut(serializers.Serializer[Needs]):
    """A kind of record: the fields it needs, and whether it makes a new lot."""

    code = serializers.ChoiceField(Kind.choices, source="kind")
    name = serializers.SerializerMethodField()
    creates = serializers.BooleanField()
    needs = serializers.SerializerMethodField()

    def get_name(self, need: Needs) -> str:
        """In the caller's language."""
        return str(Kind(need.kind).label)

    def get_needs(self, need: Needs) -> list[str]:
        """In the order of the columns."""
        always = {"kind", "date", "lot", "gross_kg"}
        return [name for name in COLUMNS if name in always or name in need.columns]


class FindingCodeOut(serializers.Serializer[Check]):
    """A kind of finding, its legal source and what clears it, in the caller's language."""

    code = serializers.ChoiceField(CODES)
    title = serializers.CharField()
    source = serializers.CharField()
    clears = serializers.CharField()


class CountryOut(serializers.Serializer[Any]):
    """A country or region by its two-letter code."""

    code = serializers.CharField()


class LotOfferedOut(serializers.Serializer[LotOffered]):
    """A lot that may be meant: what is held of it, or was shipped, gross kg."""

    lot = serializers.CharField(source="number")
    lot_maker = serializers.CharField(source="maker", allow_null=True)
    product = serializers.CharField(allow_blank=True)
    gross_kg = serializers.DecimalField(18, 3, source="kg")
    place = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "enum": ["held", "in_draft", "shipped"]})
    def get_place(self, lot: LotOffered) -> str:
        """Held by the books, brought in by the draft itself, or sold to the enterprise."""
        return ("held", "in_draft", "shipped")[lot.place]


class EnterpriseNameOut(serializers.Serializer[Enterprise]):
    """An enterprise of the directory by its name, and no more of it."""

    uscc = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
