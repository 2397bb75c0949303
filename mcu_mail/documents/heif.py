"""The one door to pi-heif."""

from __future__ import annotations

from typing import Final

import pi_heif

FORMAT: Final = "HEIF"
"""What Pillow calls such a picture."""


def register_heif() -> None:
    """Let Pillow open HEIC pictures in this process: one that opens strangers' files, no other."""
    pi_heif.register_heif_opener()
