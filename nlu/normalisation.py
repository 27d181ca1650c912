"""How text is made comparable: the same folding for questions, names of places and records."""

import unicodedata

_LETTERS_WITHOUT_DECOMPOSITION = {"ł": "l", "ß": "s", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "ı": "i"}


def _fold_character(character: str) -> str:
    """Give the plain lower-case letter of one character; always exactly one character."""
    lower = character.casefold()
    lower = lower if len(lower) == 1 else character.lower()[:1]
    lower = _LETTERS_WITHOUT_DECOMPOSITION.get(lower, lower)
    base = unicodedata.normalize("NFD", lower)[0]
    return base if base.isalnum() else lower


class _FoldingTable(dict[int, str]):
    """The table of ``str.translate``, filled with each character when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        self[code] = folded
        return folded


_TABLE = _FoldingTable()


def fold(text: str) -> str:
    """Lower the case and take off the diacritics (ą→a, ł→l, ё→е), one character for one character.

    The length never changes, so that offsets in the folded text hold in the text as written.
    """
    return text.translate(_TABLE)


def calm(text: str) -> str:
    """Capitals alone say nothing: "NUMERIS" is read as "numeris". Abbreviations beside other words stay."""
    return text.casefold() if text.isupper() else text
