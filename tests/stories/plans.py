"""How the database answers each statement of a story: from an index, or by reading a whole table.

Every different statement is explained once for the whole run. What a pass asks must cost the same
behind ten cases and behind a million.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa

READ_WHOLE = (
    # Newest or oldest row first, and one of them: it stops at the first.
    re.compile(r" ORDER BY \w+\.id DESC\s+LIMIT"),
    # Which letters were ever filed: asked at the start alone.
    re.compile(r"^SELECT DISTINCT cases\.number FROM cases JOIN tasks"),
    # A restored store asks once which letters were to be sent when it was copied.
    re.compile(r" FROM register WHERE register\.state = \? ORDER BY register\.id$"),
    # Once a day the census and the line of the morning count all mails.
    re.compile(
        r"count\(\*\) AS count_1 FROM mails(?: WHERE mails\.stored_at .*)?"
        r"(?: GROUP BY mails\.state)?$"
    ),
    re.compile(r"^SELECT coalesce\(sum\(mails\.size\), \?\) AS coalesce_1 FROM mails$"),
    # A clock was put back: what waits is moved once.
    re.compile(r"^UPDATE recipients SET next_at=\? WHERE .* WHERE outgoing\.kind != \?\)$"),
    # Some lines that the service keeps of itself.
    re.compile(r" FROM (?:meta|counters|alembic_version)$"),
    # A person names a number of the register, and writes it in his own way.
    re.compile(r" FROM register ORDER BY register\.id$"),
    # An administrator lists what people have decided about mails.
    re.compile(r" OR mails\.settled_at IS NOT NULL ORDER BY mails\.id$"),
    # Whether the whole history is what was written: `check` asks it, no pass does.
    re.compile(r"events\.hash FROM events ORDER BY events\.id$"),
    # What was begun before: read at the start alone, from the index of what is owed.
    re.compile(r"WHERE tasks\.done_at IS NULL AND tasks\.error IS NULL AND tasks\.attempts"),
)
STORE = Path("var", "mcu.db").parts
_SCAN = re.compile(r"^SCAN (?!CONSTANT ROW|\(subquery|people\b)")


class Plans:
    """Explains what is executed; `whole` are the statements that read a whole table."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self.whole: list[str] = []

    def listen(self) -> None:
        """Look at every statement of this process from now on."""
        sa.event.listen(sa.engine.Engine, "before_cursor_execute", self._look)

    def end(self) -> None:
        """Look at nothing any more."""
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", self._look)

    def _look(
        self, connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool
    ) -> None:
        kind = statement.split(None, 1)[0].upper()
        if statement in self._known or kind not in {"SELECT", "UPDATE", "DELETE", "WITH"}:
            return
        self._known.add(statement)
        plain = " ".join(statement.split())
        if Path(connection.engine.url.database or "").parts[-2:] != STORE:
            # A copy, which is verified whole.
            return
        if connection.dialect.name != "sqlite" or any(one.search(plain) for one in READ_WHOLE):
            return
        asking = connection.connection.cursor()
        asking.execute(f"EXPLAIN QUERY PLAN {statement}", values[0] if many else values)
        steps = [row[3] for row in asking.fetchall()]
        asking.close()
        if any(map(_SCAN.match, steps)):
            self.whole.append(f"{'; '.join(steps)}: {plain}")
