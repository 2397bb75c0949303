"""Posts in the dative and the genitive: only the head words are declined, all else stands as it is.

The head is the adjectives and the first noun («Первый заместитель Губернатора …»). A further piece
behind a dash, a comma or «и» is declined too if it begins, in lower case, with a person
(«– управляющий делами»). Whatever is not understood gives None: the office then settles it in the
configuration.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mcu_mail.documents.dictionary import forms
from mcu_mail.documents.sheet import printable
from mcu_mail.domain.declined import BY_RULES, Declined

if TYPE_CHECKING:
    from mcu_mail.documents.dictionary import Case, Form

ACTING: Final = "Исполняющий обязанности"

_ABBREVIATED: Final = re.compile(
    r"(?i)(?:и\.?\s?о\.?|вр\.?\s?и\.?\s?о\.?|врио|зам\.|пом\.|нач\.)(?=\s)"
)
"""«И. о. главы», «Врио главы», «Зам. главы»: the same in every case."""
_ACTS: Final = re.compile(
    r"(?i)(?:и\.?\s?о\.?|вр\.?\s?и\.?\s?о\.?|врио|(?:временно\s+)?исполняющ\w+\s+обязанности)\s+"
)
_JOINT: Final = re.compile(r"\s+[–—-]\s+|,\s+|\s+и\s+|[«»„“”\"()]")
_WORD: Final = re.compile(r"[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*")
_ADVERBS: Final = frozenset({"временно"})
_ALWAYS_CAPITAL: Final = frozenset({"губернатор", "президент"})
_LEGAL_FORM: Final = re.compile(r"(?:[А-ЯЁ]{2,}|обществ|предприят|учрежден)")


def title_dative(title: str, declined: Declined = BY_RULES) -> str | None:
    """Return «Главе Тяжинского муниципального округа»; None when it is not certain."""
    plain = printable(title)
    return declined.whole(plain) or _in_case(plain, "datv")


def title_genitive(title: str, declined: Declined = BY_RULES) -> str | None:
    """Return «Главы Тяжинского муниципального округа»; None when it is not certain."""
    plain = printable(title)
    return declined.genitive(plain) or _in_case(plain, "gent")


def acting_title(title: str, declined: Declined = BY_RULES) -> str | None:
    """Return the post of whoever acts for the holder of `title`; None when it is not certain.

    «Глава …» gives «Исполняющий обязанности главы …», and so does «Врио главы …».
    """
    plain = printable(title)
    acts = _ACTS.match(plain)
    genitive = plain[acts.end() :] if acts else title_genitive(plain, declined)
    if not genitive:
        return None
    first = genitive.split()[0].lower()
    capital = any(first.startswith(word) for word in _ALWAYS_CAPITAL)
    return f"{ACTING} {genitive if capital else genitive[0].lower() + genitive[1:]}"


def without_organisation(title: str, organisation: str) -> str:
    """Return the post as it stands on the organisation's own letterhead.

    «Руководитель администрации N-ского округа» on the form of «Администрация N-ского округа» is
    «Руководитель администрации»; «Директор МКУ «N»» on the form of «МКУ «N»» is «Директор». A post
    that names anything else, as «Глава N-ского округа» does, is left whole.
    """
    plain, body = printable(title), printable(organisation)
    for name in filter(None, (body, _in_case(body, "gent"))):
        before = plain[: -len(name)].rstrip()
        if before and plain.lower() == f"{before} {name}".lower():
            kind = plain[len(before) :].split()[0]
            return before if _LEGAL_FORM.match(kind) else f"{before} {kind}"
    return plain


def _in_case(title: str, case: Case) -> str | None:
    if _ABBREVIATED.match(title):
        return title
    declined = []
    for i, (joint, piece) in enumerate(_pieces(title)):
        head = _head(piece, case)
        person = head is not None and head[1]
        if i == 0:
            if head is None:
                return None
            piece = head[0]  # noqa: PLW2901 - the piece in its case takes the piece's place
        elif head is not None and person and piece[:1].islower():
            piece = head[0]  # noqa: PLW2901 - as above
        declined.append(joint + piece)
    return "".join(declined)


def _pieces(title: str) -> list[tuple[str, str]]:
    """The title cut at dashes, commas and «и», not within quotes: (what joins, piece)."""
    pieces: list[tuple[str, str]] = []
    start, joint, depth = 0, "", 0
    for found in _JOINT.finditer(title):
        mark = found[0]
        if mark in "«„(":
            depth += 1
        elif mark in "»”)":
            depth -= 1
        elif mark in '“"':
            depth = 0 if depth else 1
        elif depth <= 0:
            pieces.append((joint, title[start : found.start()]))
            start, joint = found.end(), mark
    return [*pieces, (joint, title[start:])]


def _head(piece: str, case: Case) -> tuple[str, bool] | None:
    """The piece with its head declined, and whether that is a person; None when it has no head."""
    words = piece.split(" ")
    done: list[str] = []
    agreeing: list[tuple[Form, ...]] = []
    for i, word in enumerate(words):
        if not done and word.lower() in _ADVERBS:
            done.append(word)
            continue
        found = forms(word, case) if _WORD.fullmatch(word) else ()
        nouns = tuple(form for form in found if not form.adjective)
        adjectives = tuple(form for form in found if form.adjective)
        follows = forms(words[i + 1], case) if i + 1 < len(words) else ()
        if adjectives and (not nouns or _agree(adjectives, follows)):
            if not (form := _one(adjectives)):
                return None
            agreeing.append(adjectives)
            done.append(_cased(word, form.text))
            continue
        if nouns and all(_agree(before, nouns) for before in agreeing):
            if not (form := _one(nouns)):
                return None
            done.append(_cased(word, form.text))
            return " ".join([*done, *words[i + 1 :]]), form.animate
        break
    # «Уполномоченный по правам ребёнка», «Управляющий делами»: an adjective is the post itself.
    return (" ".join([*done, *words[len(done) :]]), True) if agreeing else None


def _agree(first: tuple[Form, ...], second: tuple[Form, ...]) -> bool:
    genders = {form.gender for form in second}
    return bool({form.gender for form in first} & genders) or "ms-f" in genders


def _one(found: tuple[Form, ...]) -> Form | None:
    """The only form; among several the one of a person («глава»), if that is one."""
    people = tuple(form for form in found if form.animate) or found
    return people[0] if len({form.text for form in people}) == 1 else None


def _cased(word: str, form: str) -> str:
    if word.isupper() and len(word) > 1:
        return form.upper()
    return form[0].upper() + form[1:] if word[0].isupper() else form
