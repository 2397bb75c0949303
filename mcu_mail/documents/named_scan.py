"""A scan whose code nobody can read, taken on the clerk's word: he wrote the case into its name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcu_mail.documents.scan import Scan
    from mcu_mail.domain.codes import PrintMark


def named_scan(scan: Scan, mark: PrintMark) -> Scan:
    """The scan with `mark` on its first page that is not blank, and without foreign codes."""
    first = next((place for place, page in enumerate(scan.pages) if not page.blank), 0)
    return replace(
        scan,
        pages=tuple(
            replace(page, marks=(mark,) if place == first else (), foreign=())
            for place, page in enumerate(scan.pages)
        ),
    )
