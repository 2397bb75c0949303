"""A process in the place of `office_worker` that misbehaves as its first argument says.

The second argument is a file to which it adds its process id, and that of each child it starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

WORD_97 = bytes.fromhex("D0CF11E0A1B11AE1")


def note(pids: Path, pid: int) -> None:
    with pids.open("a", encoding="utf-8") as file:
        file.write(f"{pid}\n")


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def main(how: str, pids: Path, pdf: Path) -> None:
    note(pids, os.getpid())
    if how == "leaves at once":
        return
    for line in sys.stdin:
        order = json.loads(line)
        if how == "hangs":
            time.sleep(300)
        if how == "forks and hangs":
            note(pids, subprocess.Popen(["sleep", "300"]).pid)
            time.sleep(300)
        if how == "leaves instead of an answer":
            return
        if how == "answers garbage":
            say("warn:vcl: no display\x00\n")
            continue
        if how == "floods":
            while True:
                say("x" * 60000)
        if how == "answers with a list":
            say("[]\n")
            continue
        targets = [Path(target) for target, _, _ in order["save"]]
        targets += [Path(target) for _, target, _, _ in order["again"]]
        for target in targets:
            write(target, how, pdf)
        serial = order["serial"] - (how == "answers an earlier order")
        say(json.dumps({"serial": serial, "memory_kb": 1}) + "\n")


def write(target: Path, how: str, pdf: Path) -> None:
    if how == "writes nothing":
        return
    if target.suffix == ".pdf":
        target.write_bytes(b"%PDF-1.6 cut" if how == "cuts the PDF" else pdf.read_bytes())
    elif target.suffix == ".doc":
        target.write_bytes(b"{\\rtf1 }" if how == "writes another format" else WORD_97)
    elif target.name == "after.txt" and how == "loses a line":
        target.write_text("Первая строка\n", encoding="utf-8")
    else:
        target.write_text("Первая строка\nВторая строка\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
