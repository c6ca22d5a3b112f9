"""Search that finds Chinese words inside sentences: text and queries are cut into pairs of neighbouring characters."""

from __future__ import annotations

import re
from itertools import pairwise

from sphinx.search.en import SearchEnglish

__all__ = ["EnglishAndChinese"]

_HAN = "\u3400-\u9fff"
_WORD = re.compile(rf"[{_HAN}]+|[^\W{_HAN}]+")


class EnglishAndChinese(SearchEnglish):
    """The search of English pages, on which a page with every pair of a Chinese query is found too."""

    # What a reader types is cut in the browser, by the same rule.
    js_splitter_code = f"""
function splitQuery(query) {{
  const words = query.match(/[{_HAN}]+|(?:(?![{_HAN}])[\\p{{Letter}}\\p{{Number}}_])+/gu) || [];
  return words.flatMap(function (word) {{
    if (!/[{_HAN}]/.test(word) || word.length === 1) return [word];
    return Array.from(word.slice(1), function (letter, place) {{ return word[place] + letter; }});
  }});
}}
"""

    def split(self, input: str) -> list[str]:
        """Return the words; of a run of Chinese, every character and every pair of neighbours."""
        found: list[str] = []
        for word in _WORD.findall(input):
            is_chinese = "\u3400" <= word[0] <= "\u9fff"
            found += [*word, *map("".join, pairwise(word))] if is_chinese else [word]
        return found
