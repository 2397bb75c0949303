"""The shipped config.yaml with one thing changed: what an office can get wrong, and how it is told.

Each case: a name, what is replaced by what in the shipped text, and the sentence expected; the line
that it names is where `at` stands in the changed file (without it: where the new text stands).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "config.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Change:
    name: str
    old: str
    new: str
    fault: str
    at: str


def changed(text: str, change: Change) -> str:
    assert text.count(change.old) == 1, f"{change.name}: «{change.old}» must stand once"
    return text.replace(change.old, change.new)


def expected(text: str, change: Change) -> str:
    """The sentence about `change` in the changed `text`."""
    assert text.count(change.at) == 1, f"{change.name}: «{change.at}» must stand once"
    line = text[: text.index(change.at)].count("\n") + 1
    return f"строка {line}: {change.fault}"


def case(name: str, old: str, new: str, fault: str, at: str = "") -> Change:
    return Change(name=name, old=old, new=new, fault=fault, at=at or new)


CHANGES = (
    case(
        "unknown key with a near one",
        "poll_seconds: 20",
        "pol_seconds: 20",
        "mail.imap.pol_seconds: неизвестный ключ «pol_seconds»; возможно, «poll_seconds»",
    ),
    case(
        "unknown section with a near one",
        "reminders: {before",
        "remainders: {before",
        "remainders: неизвестный ключ «remainders»; возможно, «reminders»",
    ),
    case(
        "unknown key with no near one",
        "folders: {base: outbox,",
        "folders: {base: outbox, zzz: 1,",
        "folders.zzz: неизвестный ключ «zzz»; здесь бывают: base, settle_seconds, "
        "unfinished_minutes",
    ),
    case(
        "unknown key in a list",
        "{address: priem@ako.ru, enabled: true}",
        "{address: priem@ako.ru, enable: true}",
        "tracks.governor.recipients[2].enable: неизвестный ключ «enable»; возможно, «enabled»",
    ),
    case(
        "wrong address of a person",
        "email: dorogi@okrug.example",
        "email: dorogi@okrug",
        "people.roads_head.email: это не адрес электронной почты",
    ),
    case(
        "wrong regional address",
        "address: priem@ako.ru",
        "address: priem.ako.ru",
        "tracks.governor.recipients[2].address: это не адрес электронной почты",
    ),
    case(
        "line break in an address",
        "email: dorogi@okrug.example",
        'email: "dorogi@okrug.example\\nBcc: x@y.example"',
        "people.roads_head.email: это не адрес электронной почты",
    ),
    case(
        "wrong sender of a source",
        "from: [press@region.example,",
        "from: [region.example,",
        "sources[1].from[1]: это не адрес электронной почты",
    ),
    case(
        "address of two people",
        "email: dorogi@okrug.example",
        "email: zhil@okrug.example",
        "people.resettlement_head.email: адрес zhil@okrug.example уже указан у "
        "«roads_head»: непонятно, чей это ответ",
        at="  resettlement_head: {",
    ),
    case(
        "person with the address of the service",
        "email: dorogi@okrug.example",
        "email: mcu@okrug.example",
        "people.roads_head.email: это адрес самой службы: ответы пришли бы ей же",
    ),
    case(
        "loop of acting persons",
        "absences: []",
        "absences: [{person: dep_life, acting: dep_social, from: 2026-11-20, to: 2026-12-04}, "
        "{person: dep_social, acting: dep_life, from: 2026-12-01, to: 2026-12-10}]",
        "absences: замещение по кругу: dep_life → dep_social → dep_life",
    ),
    case(
        "two acting persons on one day",
        "absences: []",
        "absences: [{person: dep_life, acting: dep_social, from: 2026-11-20, to: 2026-12-04}, "
        "{person: dep_life, acting: dep_affairs, from: 2026-12-04, to: 2026-12-10}]",
        "absences: у «dep_life» на одни и те же дни два замещающих: «dep_social» и «dep_affairs»",
    ),
    case(
        "person acts for himself",
        "absences: []",
        "absences: [{person: dep_life, acting: dep_life, from: 2026-11-20, to: 2026-12-04}]",
        "absences[1]: человек не может замещать сам себя",
    ),
    case(
        "absence that ends before it begins",
        "absences: []",
        "absences: [{person: dep_life, acting: dep_social, from: 2026-12-20, to: 2026-12-04}]",
        "absences[1]: «from» позже «to»",
    ),
    case(
        "day that no calendar has",
        "absences: []",
        "absences: [{person: dep_life, acting: dep_social, from: 2026-02-30, to: 2026-12-04}]",
        "absences[1].from: нужна дата вида 2026-12-31",
    ),
    case(
        "absence of nobody",
        "absences: []",
        "absences: [{person: dep_live, acting: dep_social, from: 2026-11-20, to: 2026-12-04}]",
        "absences[1].person: нет такого человека в people: «dep_live»",
    ),
    case(
        "role of nobody",
        "  dispatcher: appeals",
        "  dispatcher: apeals",
        "roles.dispatcher: нет такого человека в people: «apeals»",
    ),
    case(
        "emergency duty of nobody",
        "  duty: edds_head",
        "  duty: eds_head",
        "roles.duty: нет такого человека в people: «eds_head»",
    ),
    case(
        "intake by nobody",
        "  intake: []",
        "  intake: [registry, registri]",
        "roles.intake[2]: нет такого человека в people: «registri»",
    ),
    case(
        "duty of nobody",
        "duty: []",
        "duty: [{person: nobody, from: 2026-12-31, to: 2027-01-10}]",
        "signing.duty[1].person: нет такого человека в people: «nobody»",
    ),
    case(
        "delegate of nobody",
        "email: dorogi@okrug.example",
        "delegates: [nobody], email: dorogi@okrug.example",
        "people.roads_head.delegates: нет такого человека в people: «nobody»",
    ),
    case(
        "delegate whose term ends before it begins",
        "email: dorogi@okrug.example",
        "delegates: [{person: it, from: 2026-12-20, until: 2026-12-04}], "
        "email: dorogi@okrug.example",
        "people.roads_head.delegates[1]: «from» позже «until»",
    ),
    case(
        "marker of internal mail without its value",
        "authserv_id: mail.okrug.example, accept",
        "marker: {name: X-Internal}, authserv_id: mail.okrug.example, accept",
        "mail.trust.marker.value: не указан обязательный ключ",
    ),
    case(
        "host of ours that is none",
        "authserv_id: mail.okrug.example, accept",
        "hosts: [localhost], authserv_id: mail.okrug.example, accept",
        "mail.trust.hosts[1]: нужно имя сервера вида mx.okrug.example",
    ),
    case(
        "territory of nobody",
        "head: t_stup_head, places",
        "head: t_stup, places",
        "territories[6].head: нет такого человека в people: «t_stup»",
    ),
    case(
        "topic in two departments",
        "topics: [resettlement]",
        "topics: [resettlement, snow]",
        "departments[3].topics: тема «snow» уже закреплена за подразделением «roads»",
    ),
    case(
        "topic of no department",
        "topics: [land, property]",
        "topics: [land]",
        "topics.property: тема не закреплена ни за одним подразделением",
        at="  property: {name",
    ),
    case(
        "department with an unknown topic",
        "topics: [land, property]",
        "topics: [land, property, lands]",
        "departments[7].topics: нет такой темы в topics: «lands»",
    ),
    case(
        "department twice",
        "  - id: resettlement\n",
        "  - id: roads  # ещё раз\n",
        "departments[3].id: подразделение «roads» указано дважды",
    ),
    case(
        "identifier in Cyrillic",
        "  - id: resettlement\n",
        "  - id: жильё\n",
        "departments[3].id: допустимы латинские буквы, цифры и знак «_»",
    ),
    case(
        "first regional address given twice",
        "address: priem@ako.ru",
        "address: otvetk42@gmail.com",
        "tracks.governor.recipients: адрес указан дважды",
        at="    recipients:              #",
    ),
    case(
        "password in clear",
        'password: "env:MCU_SMTP_PASSWORD"',
        'password: "Qwerty123"',
        "mail.smtp.password: пароль не пишут в этот файл: укажите "
        "env:ИМЯ_ПЕРЕМЕННОЙ или file:ПУТЬ_К_ФАЙЛУ",
    ),
    case(
        "no encryption to another machine",
        "port: 465, security: tls",
        "port: 465, security: none",
        "mail.smtp.security: без шифрования можно работать только на этой же "
        "машине, а не с mail.okrug.example",
    ),
    case(
        "every sender believed on another machine",
        "unproven: confirm}",
        "unproven: confirm, unverified: true}",
        "mail.trust.unverified: верить отправителям на слово можно только на этой "
        "же машине, а не с mail.okrug.example",
    ),
    case(
        "unknown kind of encryption",
        "port: 465, security: tls",
        "port: 465, security: ssl",
        "mail.smtp.security: допустимо только: 'tls', 'starttls', 'none'",
    ),
    case(
        "user without password",
        'user: mcu, password: "env:MCU_SMTP_PASSWORD"}',
        "user: mcu}",
        "mail.smtp.password: указан user, но не указан password",
    ),
    case(
        "one folder for two purposes",
        "ignored: МЦУ/Прочее",
        "ignored: МЦУ/Обработано",
        "mail.imap: папки folder, done, aside и ignored должны быть разными",
        at="  imap: {",
    ),
    case(
        "port out of range",
        "port: 465",
        "port: 70000",
        "mail.smtp.port: значение слишком велико (граница 65535)",
    ),
    case(
        "hours in the wrong order",
        '["16:00", "17:30"]',
        '["17:30", "16:00"]',
        "signing.hours[2]: начало должно быть раньше конца",
    ),
    case(
        "one hour alone",
        '["16:00", "17:30"]',
        '["16:00"]',
        "signing.hours[2]: нужно ровно два времени: начало и конец",
    ),
    case(
        "hour that no clock has",
        'before: "18:00"',
        'before: "24:00"',
        "tracks.governor.term.before: нужно время вида «08:30»",
    ),
    case(
        "unknown time zone",
        "timezone: Asia/Novokuznetsk",
        "timezone: Asia/Tyazhinsky",
        "office.timezone: нет такого часового пояса «Asia/Tyazhinsky» (пример: Asia/Novokuznetsk)",
    ),
    case(
        "time zone that climbs out",
        "timezone: Asia/Novokuznetsk",
        "timezone: ../../etc/passwd",
        "office.timezone: нет такого часового пояса «../../etc/passwd» (пример: Asia/Novokuznetsk)",
    ),
    case(
        "register pattern without a number",
        'pattern: "{case}/{n}"',
        'pattern: "{case}"',
        "register.pattern: Шаблон номера «{case}»: нет поля {n}, номера будут одинаковыми.",
    ),
    case(
        "register pattern with an unknown part",
        'pattern: "{case}/{n}"',
        'pattern: "{case}/{m}/{n}"',
        "register.pattern: Шаблон номера «{case}/{m}/{n}»: нет поля «m»; есть case, n, yy, "
        "yyyy, dept, track, n:05d.",
    ),
    case(
        "missing key",
        "  short: Тяжинский МО\n",
        "",
        "office.short: не указан обязательный ключ",
        at="office:\n",
    ),
    case(
        "empty value",
        "  short: Тяжинский МО\n",
        '  short: ""\n',
        "office.short: значение не может быть пустым",
    ),
    case(
        "number where a text belongs",
        'phone: "8 (38449) 0-00-13"',
        "phone: 83844900013",
        "people.roads_head.phone: нужен текст (возможно, не хватает кавычек)",
    ),
    case(
        "one value where a list belongs",
        "executors: [uzhtr_deputy]",
        "executors: uzhtr_deputy",
        "departments[1].executors: нужен список",
    ),
    case(
        "text where a section belongs",
        "folders: {base: outbox, settle_seconds: 5, unfinished_minutes: 30}",
        "folders: outbox",
        "folders: нужен раздел с ключами",
    ),
    case(
        "stem without letters",
        "stems: [кладбищ, захоронен, погост]",
        'stems: [кладбищ, "***", погост]',
        "topics.cemetery.stems: основа «***» без букв",
    ),
)
