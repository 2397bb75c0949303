"""How fast letters are made, in how much memory: `python3 -m tests.bench.letters [N [TEMPLATE]]`.

Run by hand on a quiet machine, from the folder of the project. Everything is measured in one run,
and ratios are taken within one round, because absolute figures differ from machine to machine and
from minute to minute. Every letter is another one, as in the daemon, and every file is read back
as the daemon reads it. Targets are printed beside the figures; nothing fails.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcu_mail.documents import native, office
from mcu_mail.documents.engines import Press
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.warm import WarmOffice
from tests.documents.sample_letters import LETTER, TEMPLATE, letter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcu_mail.documents.sheet import LetterContent

_WARM_OF_A_ROUND = 8
_PLAIN_OF_A_ROUND = 20
_MS = 1000.0


@dataclass(kw_only=True)
class Series:
    """Times of one thing, ms, by the clock and of the processors, and what is hoped of it."""

    name: str
    target: float | None = None
    kept: WarmOffice | None = None
    times: list[float] = field(default_factory=list)
    processor: float = 0.0

    def time(self, work: Callable[..., object], *arguments: Any) -> float:
        """Do the work once; returns and keeps its time by the clock."""
        busy = processor_seconds(self.kept)
        began = time.perf_counter()
        work(*arguments)
        took = (time.perf_counter() - began) * _MS
        self.processor += (processor_seconds(self.kept) - busy) * _MS
        self.times.append(took)
        return took

    @property
    def mean_processor(self) -> float:
        """Processor time of one, ms: what another program at work here does not change."""
        return self.processor / len(self.times)

    def line(self) -> str:
        """One line of the table."""
        middle = statistics.median(self.times)
        target = f"≤ {self.target:g}" if self.target else ""
        return (
            f"{self.name:<50}{middle:9.2f}{min(self.times):9.2f}{max(self.times):9.2f}"
            f"{self.mean_processor:11.2f}{_MS / middle:10.1f}  {target}"
        )


def processor_seconds(kept: WarmOffice | None) -> float:
    """Processor time so far: ours, of children that have ended, and of the kept office."""
    mine = sum(os.times()[:4])
    try:
        stat = Path(f"/proc/{kept.pid if kept else None}/stat").read_text(encoding="utf-8")
    except OSError:
        return mine
    user, system = stat.rpartition(")")[2].split()[11:13]
    return mine + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def letters() -> Iterator[LetterContent]:
    """One-page letters without end, each with a code, a number and a heading of its own."""
    serial = 0
    while True:
        serial += 1
        yield letter(
            case=f"2026-{serial:06}",
            number=f"01-12/{serial}",
            heading=f"О расчистке дороги, участок {serial}",
        )


def memory_mb(pid: int | None) -> float:
    """The most a process ever held, MB; 0 when the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in lines.splitlines() if "VmHWM" in line), 0.0
    )


def main(rounds: int, template: bytes) -> None:
    """Measure and print."""
    supply = letters()
    first_docx = Series(name="DOCX, the first of a process", target=20)
    docx = Series(name="DOCX, repeated", target=20)
    first_native = Series(name="PDF native, the first of a process")
    plain_native = Series(name="PDF native, repeated", target=15)
    read_native = Series(name="PDF native, read back")
    first_docx.time(write_docx, LETTER, template)
    first_native.time(native.write_pdf, LETTER)
    with closing(Press("native")) as drawn:
        for content in (next(supply) for _ in range(rounds * _PLAIN_OF_A_ROUND)):
            docx.time(write_docx, content, template)
            plain_native.time(native.write_pdf, content)
            read_native.time(drawn.make_pdf, content, b"")
    table = [first_docx, docx, first_native, plain_native, read_native]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = [f"peak memory of the process that writes natively: {own:.0f} MB"]
    if office.find_soffice() is None:
        said.append("LibreOffice is not installed here: nothing to compare")
    else:
        more, lines = offices(rounds, supply, template)
        table += more
        said += lines
    write(
        f"{'ms':<50}{'median':>9}{'least':>9}{'most':>9}{'processor':>11}{'a second':>10}  target"
    )
    for line in (*(series.line() for series in table), *said):
        write(line)


def offices(
    rounds: int, supply: Iterator[LetterContent], template: bytes
) -> tuple[list[Series], list[str]]:
    """LibreOffice, warm and cold by turns."""
    kept = WarmOffice()
    start = Series(name="warm LibreOffice, the first letter of a process", kept=kept)
    both = Series(name="warm: PDF + DOC from one load, read back", target=100, kept=kept)
    pdf = Series(name="warm: PDF alone, read back", kept=kept)
    doc = Series(name="warm: DOC alone, opened again", kept=kept)
    cold = Series(name="cold LibreOffice: one call, PDF")
    ratios, peak = [], 0.0
    with closing(Press(program=kept)) as press:
        content = next(supply)
        start.time(press.try_out, content, write_docx(content, template))
        for _ in range(rounds):
            warm = []
            for one in (next(supply) for _ in range(_WARM_OF_A_ROUND)):
                made = write_docx(one, template)
                warm.append(both.time(press.try_out, one, made))
                pdf.time(partial(kept.convert, pdf=True, doc=False), made)
                doc.time(partial(kept.convert, pdf=False, doc=True), made)
            took = cold.time(office.to_pdf, write_docx(next(supply), template))
            ratios.append(took / statistics.median(warm))
            peak = max(peak, memory_mb(kept.pid))
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    by_clock = f"median {statistics.median(ratios):.1f}, {min(ratios):.1f} to {max(ratios):.1f}"
    by_processor = cold.mean_processor / both.mean_processor
    said = [
        f"one cold call (PDF) ÷ warm PDF + DOC, paired: {by_clock}; target ≥ 9",
        f"the same of processor time: {by_processor:.1f}",
        f"peak memory: kept office {peak:.0f} MB, a cold one {largest:.0f} MB, ours {own:.0f} MB",
        f"ours and the kept office together: {peak + own:.0f} MB",
    ]
    return [start, both, pdf, doc, cold], said


def write(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 10, Path(given[1]).read_bytes() if len(given) > 1 else TEMPLATE
    )
