"""Whom a letter addresses and how: the applicant, or an official of the office's choice.

What a person has said of this case goes first, then the office's exceptions, then the rules of
the language. Where none of them knows, nothing is guessed and `doubts` says how to put it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_mail.documents.language import NEUTRAL, addressee_dative, salutation
from mcu_mail.documents.sheet import printable
from mcu_mail.documents.titles import title_dative
from mcu_mail.domain import catalogue
from mcu_mail.domain.declined import Declined
from mcu_mail.domain.intake_catalogue import (
    FORWARD_SALUTATION,
    and_others,
    and_others_dative,
    collective_note,
)

if TYPE_CHECKING:
    from mcu_mail.domain.case import Case
    from mcu_mail.settings import Settings
    from mcu_mail.settings.addressing import OfficialSettings


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """The addressee block in the dative, the salutation, and what a person should look at."""

    addressee: str
    lines: tuple[str, ...] = ()
    """What stands between the addressee and his postal address: the name of an official."""
    salutation: str
    doubts: tuple[str, ...] = ()
    """Russian sentences, one for each thing that could not be settled or was settled by hand."""


def declined_of(settings: Settings) -> Declined:
    """The office's exceptions from the rules of declension."""
    return Declined(settings.letters.declension)


def addressed(settings: Settings, case: Case) -> Addressed:
    """How the letter of this case addresses its reader."""
    if case.forward is not None:
        said = case.addressing
        greeting = said.salutation or FORWARD_SALUTATION
        return Addressed(addressee=said.to or case.forward, salutation=greeting)
    official = settings.letters.addressee
    by_rule = _official(official, settings) if official else _applicant(case, settings)
    own = case.addressing
    doubts = [catalogue.addressed_by_hand(own.salutation, own.to)] if own else []
    if not own.salutation and by_rule.salutation == NEUTRAL:
        doubts.append(catalogue.neutral_salutation(named=bool(case.notice.applicant or official)))
    doubts += () if own.to else by_rule.doubts
    return Addressed(
        addressee=own.to or by_rule.addressee,
        lines=() if own.to else by_rule.lines,
        salutation=own.salutation or by_rule.salutation,
        doubts=tuple(doubts),
    )


def official_faults(settings: Settings) -> tuple[str, ...]:
    """What of the configured addressee cannot be declined or greeted (Russian); empty: nothing."""
    official = settings.letters.addressee
    if official is None:
        return ()
    declined = declined_of(settings)
    faults = []
    if title_dative(official.title, declined) is None:
        faults.append(catalogue.cannot_decline("letters.addressee.title", official.title))
    if addressee_dative(official.name, declined) is None:
        faults.append(catalogue.cannot_decline("letters.addressee.name", official.name))
    if not official.salutation and salutation(official.name) == NEUTRAL:
        faults.append(catalogue.cannot_greet(official.name))
    return tuple(faults)


def registered_addressee(settings: Settings, case: Case) -> str:
    """To whom the letter goes, as the register writes it: in the nominative."""
    if case.forward is not None:
        return case.addressing.to or case.forward
    official = settings.letters.addressee
    if official is not None and not case.addressing.to:
        return f"{official.name}, {official.title[:1].lower()}{official.title[1:]}"
    if case.notice.applicant and "collective" in case.notice.flags:
        return and_others(case.notice.applicant)
    return case.notice.applicant or case.addressing.to or catalogue.unknown_addressee()


def _applicant(case: Case, settings: Settings) -> Addressed:
    name = printable(case.notice.applicant or "")
    if not name:
        return Addressed(addressee=catalogue.unknown_addressee(), salutation=NEUTRAL)
    dative = addressee_dative(name, declined_of(settings))
    doubts = () if dative else (catalogue.undeclined_addressee(name),)
    addressee = dative or name
    if "collective" in case.notice.flags:
        doubts = (*doubts, collective_note(name))
        addressee = and_others_dative(addressee)
    return Addressed(addressee=addressee, salutation=salutation(name), doubts=doubts)


def _official(official: OfficialSettings, settings: Settings) -> Addressed:
    declined = declined_of(settings)
    return Addressed(
        addressee=title_dative(official.title, declined) or official.title,
        lines=(addressee_dative(official.name, declined) or official.name,),
        salutation=official.salutation or salutation(official.name),
        doubts=(catalogue.addressed_to_official(official.name),),
    )
