"""Whether a person has signed a scanned letter: what stands in the free field and was not printed.

The scan is read in a guarded process (`ink_reading`), for it is a stranger's file. The answer says
what a look at the paper would say and no more: «it looks unsigned» is for the clerk to decide.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from mcu_mail.guard import CrashedError, TooSlowError, guarded

_READER = "mcu_mail.documents.ink_reading"


@dataclass(frozen=True, kw_only=True)
class Ink:
    """What was seen in the field of the signature.

    Attributes:
        seen: True for a signature, False for none; None when the field could not be looked at.
        page: the place in the file of the page looked at, from 0; None when there was none.
        area: how much was written by hand there, in square millimetres; seals and specks aside.

    """

    seen: bool | None
    page: int | None = None
    area: float = 0.0


def look_for_ink(scan: bytes, printed: bytes, signer: str) -> Ink:
    """Compare a scan with what was printed.

    Args:
        scan: the scan as a PDF.
        printed: the PDF that was printed for signature.
        signer: the name under the letter («П.П. Тестов»): the field lies left of it.

    Raises:
        TemporaryError: no process can be started here.

    """
    try:
        (told,) = guarded(_READER, blobs=(scan, printed, signer.encode()))
    except (TooSlowError, CrashedError):
        return Ink(seen=None)
    return Ink(**json.loads(told))
