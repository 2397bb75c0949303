"""A page of pictures to look at: every kind of letter by both engines, side by side.

By hand: `python3 -m tests.bench.pictures FOLDER`. Writes the PDFs, the Word files and, where
poppler is installed, a PNG of each page.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from mcu_mail.documents.annex_sheet import Owner
from mcu_mail.documents.annexes import Prepared, bind_annexes, joined, prepare
from mcu_mail.documents.binding import Leaf, Part
from mcu_mail.documents.engines import Press
from mcu_mail.documents.letter import write_docx
from mcu_mail.documents.native import write_pdf
from tests.documents.sample_letters import INTERIM, LETTER, TEMPLATE
from tests.documents.test_three_hands import LETTERS

_DPI = 60


def main(folder: Path) -> None:
    """Write everything into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    press = Press("auto")
    for title, content in {**LETTERS, "annexed": LETTER}.items():
        docx = write_docx(content, INTERIM if content.kind == "interim" else TEMPLATE)
        made = press.make_files(content, docx)
        native = write_pdf(content)
        office = made.pdf.pdf
        if title == "annexed":
            behind = _photos()
            office, native = joined(office, behind), joined(native, behind)
        name = title.replace(" ", "-")
        files = {
            "office.pdf": office,
            "native.pdf": native,
            f"office{made.word.suffix}": made.word.data,
        }
        for suffix, data in files.items():
            (folder / f"{name}-{suffix}").write_bytes(data)
    press.close()
    if program := shutil.which("pdftoppm"):
        for pdf in sorted(folder.glob("*.pdf")):
            subprocess.run([program, "-r", str(_DPI), "-png", pdf, pdf.with_suffix("")], check=True)


def _photos() -> bytes:
    leaves: list[Leaf] = []
    for title, colour, size in (
        ("Дорога до расчистки", "navy", (1600, 1200)),
        ("Дорога после расчистки", "darkgreen", (1200, 1600)),
        ("", "maroon", (1600, 1200)),
    ):
        picture = Image.new("RGB", size, colour)
        frame = (40, 40, size[0] - 40, size[1] - 40)
        ImageDraw.Draw(picture).rectangle(frame, outline="white", width=12)
        out = io.BytesIO()
        picture.save(out, "JPEG")
        photo = prepare(out.getvalue(), "photo.jpg")
        assert isinstance(photo, Prepared)
        number = len(leaves) + 1
        leaves.append(Leaf(content=photo.content, caption=f"Фото {number}. {title}".rstrip(". ")))
    owner = Owner(case=LETTER.case, version=LETTER.version, code=LETTER.print_code, pages=1)
    part = Part(heading="Приложение", photos=True, leaves=tuple(leaves))
    return bind_annexes([part], owner, most_bytes=10_000_000).pdf


if __name__ == "__main__":
    main(Path(sys.argv[1]))
