"""Build the Chinese font that is packaged for the plots.

The script takes Noto Sans CJK SC Regular (the .ttc collection or the single .otf file), keeps
the characters that Chinese plots need, converts the cubic outlines to TrueType quadratics and
writes a small .ttf. Hinting, vertical metrics and all layout features except kerning are left
out. The same source and the same version of fontTools always give the same bytes.

Usage::

    python tools/subset_font.py NotoSansCJK-Regular.ttc [--output FILE.ttf]

Requires fontTools.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from fontTools.otlLib.maxContextCalc import maxCtxFont
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable

SOURCE_FAMILIES = ("Noto Sans CJK SC", "Noto Sans SC")
FAMILY = "Noto Sans SC"
STYLE = "Regular"
POSTSCRIPT_NAME = "NotoSansSC-Regular"
DEFAULT_OUTPUT = (
    Path(__file__).resolve().parent.parent / "python/regiometrics/plotting/fonts/NotoSansSC-Regular-subset.ttf"
)

# Largest distance between a cubic outline and its quadratic copy, in units of 1/1000 em.
MAX_ERROR = 1.0

# Name records that are copied from the source: copyright, trademark, manufacturer, designers,
# URLs and licence.
COPIED_NAME_IDS = (0, 7, 8, 9, 11, 12, 13, 14)

# Inclusive ranges; characters that the source font does not have are skipped.
UNICODE_RANGES: tuple[tuple[int, int], ...] = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1 punctuation and letters
    (0x0370, 0x03FF),  # Greek
    (0x2010, 0x205E),  # general punctuation
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x20AC, 0x20AC),  # euro sign
    (0x2100, 0x214F),  # letterlike symbols
    (0x2150, 0x218B),  # fractions and Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2460, 0x2473),  # circled numbers
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2605, 0x2606),  # stars
    (0x3000, 0x303F),  # CJK punctuation
    (0x3380, 0x33DF),  # CJK unit signs
    (0xFF01, 0xFF5E),  # fullwidth forms of ASCII
    (0xFFE0, 0xFFE6),  # fullwidth currency signs
)

# GB 2312 lead bytes, inclusive.
GB2312_PINYIN = (0xA8, 0xA8)
GB2312_LEVEL_1 = (0xB0, 0xD7)
GB2312_LEVEL_2 = (0xD8, 0xF7)

# Characters of Chinese place names down to the county level that GB 2312 does not have.
PLACE_NAME_CHARACTERS = "埇浉瀍猇硚"

# Terms that the plots use. The build stops when the source font lacks one of their characters.
TERMS = """
基尼系数 泰尔指数 超变密度 组内差异 组间差异 贡献率
强脱钩 弱脱钩 衰退脱钩 扩张连接 衰退连接 扩张负脱钩 弱负脱钩 强负脱钩
耦合度 中级协调 濒临失调 勉强协调 初级协调 良好协调 优质协调 拮抗 磨合
冷点 热点 次热 次冷 过渡区 标准差椭圆 莫兰指数 核密度 带宽
地理探测器 双因子增强 非线性减弱
"""
SIGNS = "\N{MINUS SIGN}\N{MULTIPLICATION SIGN}±÷≤≥≈≠°√ΣΔαβμσρ²³∑∞·…—‰℃"


def gb2312_characters(first_lead: int, last_lead: int) -> Iterator[str]:
    """Yield the GB 2312 characters whose lead byte lies in the inclusive range."""
    for lead in range(first_lead, last_lead + 1):
        for trail in range(0xA1, 0xFF):
            try:
                yield bytes((lead, trail)).decode("gb2312")
            except UnicodeDecodeError:
                continue


def required_characters() -> set[str]:
    """Return the characters that the font must have."""
    required = set(PLACE_NAME_CHARACTERS) | set(SIGNS)
    required.update("".join(TERMS.split()))
    required.update(gb2312_characters(*GB2312_LEVEL_1))
    required.update(gb2312_characters(*GB2312_LEVEL_2))
    return required


def wanted_code_points() -> set[int]:
    """Return the code points to keep as far as the source font has them."""
    wanted = {ord(character) for character in required_characters()}
    wanted.update(ord(character) for character in gb2312_characters(*GB2312_PINYIN))
    # Lead byte 0xA8 also holds Bopomofo, which the plots do not use.
    wanted.difference_update(range(0x3100, 0x3130))
    for first, last in UNICODE_RANGES:
        wanted.update(range(first, last + 1))
    return wanted


def open_source(path: Path) -> TTFont:
    """Open the simplified Chinese regular face of a font file or collection."""
    if path.suffix.lower() in {".ttc", ".otc"}:
        collection = TTCollection(str(path), lazy=True)
        numbers: Iterable[int] = range(len(collection.fonts))
        collection.close()
    else:
        numbers = (-1,)
    for number in numbers:
        font = TTFont(str(path), fontNumber=number, lazy=True, recalcTimestamp=False)
        name = font["name"]
        if name.getBestFamilyName() in SOURCE_FAMILIES and name.getBestSubFamilyName() == STYLE:
            if "CFF " not in font:
                raise SystemExit(f"{path}: the face has no CFF outlines")
            return font
        font.close()
    raise SystemExit(f"{path}: no face named {' or '.join(SOURCE_FAMILIES)} {STYLE}")


def subset(font: TTFont, code_points: Iterable[int]) -> None:
    """Reduce the font, in place, to the code points and the tables that plots need."""
    options = Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.glyph_names = False
    options.recalc_timestamp = False
    options.name_IDs = ["*"]
    options.prune_codepage_ranges = False
    options.drop_tables += ["BASE", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = Subsetter(options=options)
    subsetter.populate(unicodes=code_points)
    subsetter.subset(font)
    cmap = font["cmap"]
    cmap.tables = [table for table in cmap.tables if table.format != 14]
    os2 = font["OS/2"]
    os2.ulCodePageRange1 = 1 << 0 | 1 << 18  # Latin 1 and simplified Chinese
    os2.ulCodePageRange2 = 0
    os2.usMaxContext = maxCtxFont(font)


def convert_outlines(font: TTFont) -> None:
    """Replace the CFF table, in place, by glyf outlines with quadratic curves."""
    order = font.getGlyphOrder()
    glyph_set = font.getGlyphSet()
    max_error = MAX_ERROR * font["head"].unitsPerEm / 1000
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyph_set[name].draw(Cu2QuPen(pen, max_error, reverse_direction=True))
        glyphs[name] = pen.glyph(dropImpliedOnCurves=True)

    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = glyphs
    metrics = font["hmtx"].metrics
    for name, glyph in glyphs.items():
        glyph.recalcBounds(glyf)
        metrics[name] = (metrics[name][0], getattr(glyph, "xMin", 0))

    font["maxp"] = maxp = newTable("maxp")
    maxp.tableVersion = 0x00010000
    maxp.numGlyphs = len(order)
    maxp.maxZones = 1
    for field in (
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
    ):
        setattr(maxp, field, 0)
    maxp.recalc(font)

    post = font["post"]
    post.formatType = 3.0
    post.minMemType42 = post.maxMemType42 = post.minMemType1 = post.maxMemType1 = 0
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"


def rename(font: TTFont) -> None:
    """Write the English name records of the subset, in place."""
    source = font["name"]
    version = f"Version {font['head'].fontRevision:.3f}"
    records = {
        1: FAMILY,
        2: STYLE,
        3: f"{version};{POSTSCRIPT_NAME};subset",
        4: f"{FAMILY} {STYLE}",
        5: f"{version};subset with TrueType outlines",
        6: POSTSCRIPT_NAME,
    }
    for name_id in COPIED_NAME_IDS:
        text = source.getDebugName(name_id)
        if text is not None:
            records[name_id] = text
    font["name"] = table = newTable("name")
    table.names = []
    for name_id, text in sorted(records.items()):
        table.setName(text, name_id, 3, 1, 0x409)


def name_glyphs(font: TTFont) -> TTFont:
    """Return a copy of the font whose glyphs are named after their characters.

    PDF readers derive the text of Type 3 fonts from these names. fontTools makes up such names
    when it reads a font without any.
    """
    buffer = BytesIO()
    font.save(buffer)
    buffer.seek(0)
    named = TTFont(buffer, recalcTimestamp=False)
    named.ensureDecompiled()
    post = named["post"]
    post.formatType = 2.0
    post.extraNames = []
    post.mapping = {}
    post.glyphOrder = named.getGlyphOrder()
    return named


def build(source: Path, output: Path) -> int:
    """Build the font file and return its number of glyphs."""
    font = open_source(source)
    missing = {ord(character) for character in required_characters()} - set(font.getBestCmap())
    if missing:
        raise SystemExit(f"{source}: no glyph for {''.join(map(chr, sorted(missing)))}")
    subset(font, wanted_code_points())
    convert_outlines(font)
    rename(font)
    font = name_glyphs(font)
    output.parent.mkdir(parents=True, exist_ok=True)
    font.save(str(output))
    return len(font.getGlyphOrder())


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Build the packaged Chinese font.")
    parser.add_argument("source", type=Path, help="NotoSansCJK-Regular.ttc or an .otf of the face")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="default: %(default)s")
    arguments = parser.parse_args()
    glyphs = build(arguments.source, arguments.output)
    print(f"{arguments.output}: {glyphs} glyphs, {arguments.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
