"""What a case is found by when the same message comes once more."""

from __future__ import annotations

import hashlib
import re

LONGEST = 500
"""Characters of a link or address that are compared by the database."""


def found_by(link: str | None, address: str | None, text: str) -> dict[str, str | None]:
    """The columns of a notice by which its case is found."""
    return {
        "link": link[:LONGEST] if link else None,
        "address": address[:LONGEST] if address else None,
        "words": words_key(text),
    }


def words_key(text: str) -> str | None:
    """A key that texts of the same letters and digits share; None when there are none."""
    bare = re.sub(r"[\W_]", "", text.casefold())
    return hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest() if bare else None
