"""Text for logs and for the health file: no address and no telephone stands in it.

Faults are worded by us and name none; what a server or the system adds to them may. Numbers of
cases, moments, ports and codes of answers stay.
"""

from __future__ import annotations

import re
from typing import Final

# Each run is bounded by the other's letters, so that nothing is read twice.
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]{}\"'«»,;:=@]{1,64}@[^\s<>()\[\]{}\"'«»,;:=@]{1,255}")
_TELEPHONE: Final = re.compile(
    r"(?<![\d:.+-])(?:\+7|8|7)[ (-]{0,2}\d{3}[ )-]{0,2}\d{3}[ -]?\d{2}[ -]?\d{2}(?!\d)"
)
HIDDEN_ADDRESS, HIDDEN_PHONE = "<address>", "<phone>"


def discreet(text: str) -> str:
    """The text without addresses of e-mail and without Russian telephone numbers."""
    return _TELEPHONE.sub(HIDDEN_PHONE, _ADDRESS.sub(HIDDEN_ADDRESS, text))
