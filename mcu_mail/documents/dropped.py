"""A file that the clerk has dropped, as it is listed, and as it lies once it was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A file in «Подписано».

    Attributes:
        path: where it lies.
        name: its name.
        size: bytes.
        modified: when it was last written, by the file system's clock.
        settled: it has not changed for `settle_seconds` and may be claimed.

    """

    path: Path
    name: str
    size: int
    modified: datetime
    settled: bool


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A file taken out of «Подписано» into the work folder.

    Attributes:
        path: where it lies now.
        name: the name the clerk gave it.
        content: its bytes; of a file above `folder.MAX_BYTES` only so many and one more.
        sha256: of `content`, hexadecimal.

    """

    path: Path
    name: str
    content: bytes
    sha256: str
