"""The one door to pi-heif: Pillow opens HEIC pictures once this module is imported."""

from __future__ import annotations

import pi_heif

pi_heif.register_heif_opener()

FORMAT = "HEIF"
"""What Pillow calls such a picture."""
