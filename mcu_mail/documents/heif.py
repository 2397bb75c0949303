"""The one door to pi-heif."""

from __future__ import annotations

from typing import Final

FORMAT: Final = "HEIF"
"""What Pillow calls such a picture."""


def register_heif() -> None:
    """Let Pillow open HEIC pictures in this process: one that opens strangers' files, no other."""
    import pi_heif  # noqa: PLC0415 - most files are no such pictures, and their readers start sooner

    pi_heif.register_heif_opener()
