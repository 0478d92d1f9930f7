"""Forms of answer besides JSON, which an endpoint writes itself; its problems stay JSON."""

from rest_framework.renderers import JSONRenderer

from portal.kernel.downloads import XLSX


class CsvRenderer(JSONRenderer):
    """A table as text."""

    media_type = "text/csv"
    format = "csv"


class PdfRenderer(JSONRenderer):
    """A paper."""

    media_type = "application/pdf"
    format = "pdf"


class XlsxRenderer(JSONRenderer):
    """A workbook."""

    media_type = XLSX
    format = "xlsx"


class FileRenderer(JSONRenderer):
    """A file as it was sent."""

    media_type = "application/octet-stream"
    format = "file"
