"""The Chinese characters of a page inside the page, for machines that have no font with them."""

from __future__ import annotations

from base64 import b64encode
from importlib import resources
from importlib.util import find_spec
from io import BytesIO

from .. import plotting

__all__ = ["FAMILY", "face"]

FAMILY = "regiometrics CJK"
# The first character of the CJK blocks; what comes before is in every font.
_FIRST_CJK = 0x2E80


def face(text: str) -> str:
    """Return the style that embeds the CJK characters of the text from the packaged font, or nothing without any.

    fontTools, which comes with matplotlib, cuts the font; without it the page relies on the fonts of its reader.
    """
    wanted = sorted({ord(character) for character in text if ord(character) >= _FIRST_CJK})
    if not wanted or find_spec("fontTools") is None:
        return ""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    file = resources.files(plotting) / "fonts" / "NotoSansSC-Regular-subset.ttf"
    font = TTFont(BytesIO(file.read_bytes()), recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=["kern"], recalc_timestamp=False))
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff"
    made = BytesIO()
    font.save(made)
    data = b64encode(made.getvalue()).decode("ascii")
    source = f'url(data:font/woff;base64,{data}) format("woff")'
    return f'@font-face {{ font-family: "{FAMILY}"; src: {source}; unicode-range: U+{_FIRST_CJK:X}-FFEF; }}\n'
