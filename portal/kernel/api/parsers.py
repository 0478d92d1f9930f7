"""How the API reads JSON."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class PlainJsonParser(JSONParser):
    """JSON, and what is nested beyond all reason is refused like what is none."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """What was sent. Raises ParseError (400)."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This is no JSON: %(error)s") % {"error": error}) from error
