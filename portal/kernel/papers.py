"""Papers: data set in type by a template under `templates/papers`, as PDF/A; and codes to scan.

The fonts beside the templates are Noto Sans SC (licence: `papers/fonts/OFL.txt`), cut by pyftsubset
to the characters of GB 2312, those of the rare earths and Latin letters, and called "Notice Sans
SC", so that no machine's own font is taken for them: `papers/fonts/NoticeSansSC-Regular.ttf` and
`papers/fonts/NoticeSansSC-Bold.ttf`. A character that they lack is looked for on the machine.
"""

import io
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import segno
import typst
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
FONTS = TEMPLATES / "papers" / "fonts"
# To be read in decades, and by a screen reader.
STANDARD: Any = "a-2a"


def typeset(template: str, content: dict[str, Any], *, at: datetime) -> bytes:
    """The PDF that a template makes of `content`, which it finds in `sys.inputs`; dated `at`.

    The same content, template and moment make the same bytes.
    """
    return typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
        pdf_standards=STANDARD,
        # Typst takes no zone that knows summer time.
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )


def code_of(text: str, *, sized: bool = True) -> str:
    """A code to scan that says `text`, as SVG; a quarter of it may be soiled.

    Not `sized` it takes the room that the page gives it.
    """
    out = io.BytesIO()
    code = segno.make_qr(text, error="q")
    code.save(out, kind="svg", border=2, xmldecl=False, omitsize=not sized)
    return out.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    """Looked up once in a process: going through the machine's own takes a moment."""
    return typst.Fonts(font_paths=[FONTS])
