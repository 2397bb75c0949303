"""What a check has found: faults, and what is only worth knowing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Faults stop the service; notes do not."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]


def without(findings: Findings, sections: frozenset[str]) -> Findings:
    """`findings` less those about sections in which something was left out."""
    about = tuple(f"{section}{mark}" for section in sections for mark in ".:")
    return Findings(
        faults=tuple(fault for fault in findings.faults if not fault.startswith(about)),
        notes=tuple(note for note in findings.notes if not note.startswith(about)),
    )
