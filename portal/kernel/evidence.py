"""Files of evidence: which are kept, by what they are and what they are called."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.said import listed

MEGABYTE = 1024 * 1024
# By kind: what its names end on, and how its files begin.
KINDS = {
    "PDF": ((".pdf",), b"%PDF-"),
    "PNG": ((".png",), b"\x89PNG\r\n\x1a\n"),
    "JPEG": ((".jpg", ".jpeg"), b"\xff\xd8\xff"),
    "XLSX": ((".xlsx",), b"PK\x03\x04"),
}
PAPERS = ("PDF", "PNG", "JPEG")


class UnfitEvidence(Refusal):
    """A file that is no evidence the portal can keep."""


def require_evidence(
    name: str, content: bytes, *, most_bytes: int, kinds: Sequence[str] = tuple(KINDS)
) -> None:
    """A file that whoever reads it can open, of at most `most_bytes`. Raises UnfitEvidence."""
    if len(content) > most_bytes:
        raise UnfitEvidence(
            _("“%(name)s” is larger than %(most)s MB; send a smaller file."),
            field="attachment",
            name=name,
            most=most_bytes // MEGABYTE,
        )
    if not any(_is(KINDS[kind], name.lower(), content) for kind in kinds):
        raise UnfitEvidence(
            _("“%(name)s” is no file of these kinds: %(kinds)s."),
            field="attachment",
            name=name,
            kinds=listed(kinds),
        )


def _is(kind: tuple[tuple[str, ...], bytes], name: str, content: bytes) -> bool:
    endings, beginning = kind
    return name.endswith(endings) and content.startswith(beginning)
