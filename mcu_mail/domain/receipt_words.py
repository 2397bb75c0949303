"""Whether a mail of the region says no more than that our letter has come.

The words are a closed list, so that no remark passes for a receipt; who signed it is no remark.
"""

from __future__ import annotations

import re
from typing import Final

from mcu_mail.domain.signed_lines import is_signature
from mcu_mail.domain.verdict_words import same_length

_GOT: Final = (
    r"(?:принят[оаы]?|принял[аи]?|получен[оаы]?|получил[аи]?|зарегистрирован[оаы]?|поступил[оаи]?"
    r"|доставлен[оаы]?|учтен[оаы]?|зафиксирован[оаы]?|внесен[оаы]?|подтвержда(?:ем|ю|ется)"
    r"|присвоен[оа]?|о\sполучении)"
)
_PLAIN: Final = (
    r"(?:ваш(?:е|у|а|его|и|им|их)?|данн(?:ое|ый|ая|ые)|указанн(?:ое|ый|ая|ые)|ответ[аы]?|письм[оау]"
    r"|обращени[еяю]|документ(?:ы|ов|а)?|информаци[яию]|сообщени[ея]|материал(?:ы|ов)?"
    r"|(?:при|в)ложени(?:е|я|ями|ем)|сообща(?:ем|ю)|информиру(?:ем|ю)|уведомля(?:ем|ю)|что|был[оаи]?"
    r"|получени[ея]|успешно|нами|нормально|уже|и|в|во|к|на|за|по|с|со|от|под|сведени[юя]|работу"
    r"|рассмотрени[юе]|учету|приемную|обработку|регистраци[яию]|публикаци[июя]|передан[оаы]?|передал[аи]?"
    r"|передам|передадим|направлен[оаы]?|опубликуем|разместим|исполнител[юя]|руководству|отдел"
    r"|специалисту|специалистам|коллегам|сэд|систем[еу]|реестр[е]?|журнал[е]?|спасибо|благодар(?:им|ю)"
    r"|большое|номер(?:ом)?|входящ(?:ий|им|его)|вх|регистрационн(?:ый|ым)|рег|исх|г|года)"
)
_SAID: Final = re.compile(rf"(?:(?:{_GOT}|{_PLAIN})(?!\w)[\s,:–—-]*)+")
_HAS_COME: Final = re.compile(rf"(?<!\w){_GOT}(?!\w)")
# «Поступило обращение» may be a new one: that which is told of it is no receipt.
_NEW: Final = re.compile(
    r"(?<!\w)(?:получ|поступ|принят|принял|направлен|передан|зарегистр)\w{0,10}"
    r"\s(?:обращени|сообщени|ответ(?:а|ы)?\sна)"
    r"|(?<!\w)(?:направлен|передан)\w?\s(?:ответ|письм|документ|материал|информаци|ваш|в\sваш)"
)
_COURTESY: Final = re.compile(
    r"(?:добрый\s(?:день|вечер)|доброе\sутро|здравствуйте|коллеги|господа"
    r"|уважаем\w{2,4}\s(?:коллеги|(?:[а-я-]{2,20}\s){1,2}[а-я-]{2,20}(?:вич|вна|ич|ична))"
    r"|(?:пожалуйста\s?,?\s)?не\sотвечайте\sна\s(?:него|(?:это|данное)\s(?:письмо|сообщение))"
    r"|отвечать\sна\s(?:него|(?:это|данное)\s(?:письмо|сообщение))\sне\s(?:нужно|надо|требуется)"
    r"|(?:это|данное|настоящее)\s(?:письмо|сообщение)\s(?:сформировано|отправлено|создано)\sавтоматически"
    r"|(?:данное|это)\sписьмо\sне\sтребует\sответа|ответа\sне\sтребуется|автоматическое\sуведомление)"
)
_FOR: Final = (
    r"(?:ваш[уе]?|оперативн\w{1,5}|быстр\w{1,4}|своевременн\w{1,5}|предоставленн\w{2,3}|подробн\w{2,3}"
    r"|полн\w{2,3}|ответ|письмо|информацию|сведения|материалы|работу|помощь|содействие|сотрудничество"
    r"|понимание|внимание|отзывчивость|и|реагирование)"
)
_HARMLESS: Final = re.compile(
    rf"(?:(?:большое\s)?(?:спасибо|благодар(?:ю|им))(?:\s(?:большое|вас|вам))?(?:\sза(?:\s{_FOR}){{1,4}})?"
    r"|(?:(?:ваш[еу]?|ваша|данн\w{2,3}|указанн\w{2,3})\s)?(?:(?:ответ|письмо|обращение|документ"
    r"|информация|сообщение|материал\w?)\s){0,2}(?:(?:был[оа]?|успешно|нами|нормально)\s){0,2}"
    r"(?:принят[оаы]?|принял[аи]?|приняли|получен[оаы]?|получил[аи]?|получили|зарегистрирован[оаы]?"
    r"|поступил[оаи]?|доставлен[оа]?|учтен[оа]?|согласован[оа]?|зафиксирован[оа]?)"
    r"(?:\s(?:к\sсведению|в\sработу|к\sучету|к\sрассмотрению|в\sобработку|нами|и|в\sсэд|в\sсистеме"
    r"|зарегистрирован[оаы]?|принят[оаы]?)){0,6}"
    r"|ок|ok|хорошо|(?:замечаний|вопросов|возражений)\sнет|без\sзамечаний|вопрос\s(?:снят|закрыт)|приняли|все\sхорошо)"
)
_END: Final = re.compile(r"[.!;]+(?=\s|$)|,\s(?=спасибо|благодар|с уважением)|\n")
_CLOSING: Final = re.compile(
    r"(?:^|(?<=\n)|[.!,]\s{0,3})(?:--\s?)?с\s(?:(?:наилучшими\s)?уважением(?!\w)|ув(?:аж)?\."
    r"|(?:наилучшими|добрыми|лучшими)\sпожеланиями)[\s,!.–—-]*"
)
_ASKS: Final = re.compile(
    r"\?|(?<!\w)(?:прош[уа]|прос(?:им|ьба|ят|ит)|пришл|вышл|приложите|укажите|(?:на|от)правьте|исправ"
    r"|переделай|доработ|доложит|доклад|сообщите|уточн|дополн|замечан|жд[её]м|жду|нуж(?:ен|н)|надо(?!\w)|необходим|срок|контроль\s"
    r"|нет(?!\w)|не\s|но\s|без\s|перезвон|верн[иу]|возвра|отказ|отклон|ошиб|неверн|неполн|повтор|p\.?\s?s)"
    r"|(?<![\d.-])[0-3]?\d\.(?:0[1-9]|1[0-2])(?![\d-])"
)
_DISCLAIMER: Final = re.compile(
    r"(?:настоящее|данное|это)\s(?:электронное\s)?(?:сообщение|письмо)|конфиденциальн|если\sвы\s"
    r"|^\W*внимание|this\s(?:e-?mail|message)|confidential|disclaimer|вирус|подумайте|берегите"
    r"|внешн(?:ее|яя|ий)\s(?:письм|почт|отправител)|external|не\sпереходите|осторожно"
)
_MAX_SIGNATURE: Final = 8_000
_JOINED: Final = re.compile(r"(?<![.!;:\n])\n(?=[а-яё])")
_NOTHING: Final = re.compile(r"[\s\W👍]*")
_EDGES: Final = " ,:–—-👍🙏✅"
_MAX_SENTENCE: Final = 200


def without_signatures(text: str) -> str:
    """`text` with its lines that only sign it made blank, every other character in its place."""
    return "\n".join(
        " " * len(line) if is_signature(line.strip()) else line for line in text.split("\n")
    )


def asks_below(signature: str) -> bool:
    """Whether something seems to be asked or remarked among the lines cut off as a signature."""
    disclaimer = False
    for line in signature[:_MAX_SIGNATURE].split("\n"):
        plain = same_length(line)
        goes_on = disclaimer and bool(line.strip()) and _CLOSING.match(plain) is None
        disclaimer = goes_on or _DISCLAIMER.search(plain) is not None
        said = _CLOSING.sub("", plain)
        if disclaimer or is_signature(line[len(line) - len(said) :].strip()):
            continue
        if _ASKS.search(said) is not None:
            return True
    return len(signature) > _MAX_SIGNATURE


def is_receipt(text: str, *, numbered: bool) -> bool:
    """Whether nothing but a receipt is said in `text`, from which numbers and days were taken.

    `numbered`: the region's number stood in it, which is a receipt by itself.
    """
    # What stands below «С уважением» is read as strictly as what stands above it.
    for closing in reversed([*_CLOSING.finditer(same_length(text))]):
        text = f"{text[: closing.start()]}.\n{text[closing.end() :]}"
    said = numbered
    for line in _JOINED.sub(" ", text).split("\n"):
        plain, start = same_length(line), 0
        for found in (*_END.finditer(plain), None):
            end = found.start() if found else len(line)
            sentence = " ".join(plain[start:end].split()).strip(_EDGES)
            if not _NOTHING.fullmatch(sentence):
                if _is_harmless(sentence):
                    said = True
                elif _is_courtesy(sentence):
                    pass
                elif is_signature(line[start:].strip()):
                    break
                else:
                    return False
            start = found.end() if found else end
    return said


def _is_courtesy(sentence: str) -> bool:
    if len(sentence) > _MAX_SENTENCE:
        return False
    parts = [part.strip() for part in sentence.split(",")]
    return _COURTESY.fullmatch(sentence) is not None or all(
        not part or _COURTESY.fullmatch(part) is not None for part in parts
    )


def _is_harmless(sentence: str) -> bool:
    if len(sentence) > _MAX_SENTENCE or _NEW.search(sentence):
        return False
    if _HARMLESS.fullmatch(sentence) or _says_it_came(sentence):
        return True
    parts = [part.strip() for part in sentence.split(",")]
    known = [bool(_HARMLESS.fullmatch(part)) or _says_it_came(part) for part in parts]
    return any(known) and all(
        ok or not part or _is_courtesy(part) or _follows(part)
        for ok, part in zip(known, parts, strict=True)
    )


def _says_it_came(sentence: str) -> bool:
    return _SAID.fullmatch(sentence) is not None and _HAS_COME.search(sentence) is not None


_FOLLOWS: Final = re.compile(
    r"(?:передам|передадим|передал[аи]?|передан[оаы]?|направлен[оаы]?|опубликуем|разместим)(?!\w)"
)


def _follows(part: str) -> bool:
    """«Получила, передам в отдел»: what they do with it themselves."""
    return _FOLLOWS.match(part) is not None and _SAID.fullmatch(part) is not None
