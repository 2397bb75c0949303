"""What is known of a case beside its fields, by name; moments are ISO with their zone."""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """The names of the marks."""

    first_reply = "first_reply"
    """When the citizen got the first reply (decree 5.1)."""
    accepted = "accepted"
    """When the message was accepted (decree 5.2, 5.3)."""
    category = "category"
    """«Категория / подкатегория» (decree 5.3)."""
    term_asked = "term_asked"
    """Anything: the system's term is not known, and somebody was asked for it."""
    fast = "fast"
    """When the fast track was set."""
    urgent = "urgent"
    """When an urgent request came; quiet hours do not count for the case."""
    published = "published"
    """When the answer was put up: the term is met by it."""
    link = "link"
    """Where it can be read."""
    outcome = "outcome"
    """`решено` or `разъяснено` (decree 5.3)."""
    regional = "regional"
    """When the regional centre agreed."""
    rating = "rating"
    """The citizen's mark."""
    late = "late"
    """When the term was missed; it counts once, whatever comes after."""
    promised = "promised"
    """The end of the day that an interim answer on its way promises."""
    owed = "owed"
    """The promised day after which the full answer is owed still."""
    broken = "broken"
    """The promised day that has passed without the full answer."""
    matter = "matter"
    """The number of the case whose answer serves this one too."""
