"""Forms of answer besides JSON, which an endpoint writes itself; its problems stay JSON."""

from rest_framework.renderers import JSONRenderer


class CsvRenderer(JSONRenderer):
    """A table as text."""

    media_type = "text/csv"
    format = "csv"


class FileRenderer(JSONRenderer):
    """A file as it was sent."""

    media_type = "application/octet-stream"
    format = "file"
