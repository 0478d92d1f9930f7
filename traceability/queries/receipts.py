"""The receipt of a filing on paper, and what it says."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from portal.kernel.papers import code_of, typeset
from portal.kernel.templatetags import portal as shown
from traceability.models import Filing
from traceability.queries.months import counts_by_kind

_CHINESE = "zh-hans"


def receipt_paper(filing: Filing) -> bytes:
    """The receipt of a submitted version as a PDF, with a code to scan."""
    assert filing.submitted_at is not None  # only what was submitted has a receipt
    address = settings.ADDRESS + reverse("traceability:filing_receipt", args=[filing.pk])
    code = code_of(f"{filing.receipt_no} {filing.digest} {address}")
    said = receipt_says(filing) | {"address": address, "code": code}
    return typeset("papers/filing_receipt.typ", said, at=filing.submitted_at)


def receipt_says(filing: Filing) -> dict[str, Any]:
    """The facts of a submitted version in Chinese, with the words that stand in English beside."""
    with translation.override(_CHINESE):
        kinds = [
            {"zh": str(each.kind.label), "count": str(each.count), "kg": shown.kg(each.gross_kg)}
            for each in counts_by_kind(filing)
        ]
        said = {
            "receipt_no": filing.receipt_no,
            "enterprise_zh": filing.enterprise.name_zh,
            "enterprise_en": filing.enterprise.name_en,
            "uscc": filing.enterprise.uscc or "",
            "month": str(filing.month),
            "version": str(filing.version),
            "reason": filing.reason,
            "records": str(filing.record_count),
            "prepared": f"{filing.prepared_by} · {shown.moment(filing.prepared_at)}",
            "attested": f"{filing.attested_by} · {shown.moment(filing.submitted_at)}",
            "digest": filing.digest,
        }
    with translation.override("en"):
        for told, each in zip(kinds, counts_by_kind(filing), strict=True):
            told["en"] = str(each.kind.label)
    return said | {"kinds": kinds}
