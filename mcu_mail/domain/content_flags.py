"""What of a citizen's words wants a person at once: a threat, a suicide note, danger to life.

Why so short: these are words whose meaning hardly depends on the rest; whatever they miss, the
reading of notices may add (`Notice.flags`). A false alarm costs a look, a missed one a life.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "suicide": re.compile(
        r"(?<!\w)(?:поконч\w{1,3}\s(?:с\s(?:собой|жизнью)|жизнь)|не\sхочу\s(?:больше\s)?жить"
        r"|(?:наложу|наложить)\sна\sсебя\sруки|сведу\sсчеты\sс\sжизнью|жить\s(?:больше\s)?незачем"
        r"|повешусь|вскрою\sвены)(?!\w)"
    ),
    "threat": re.compile(
        r"(?<!\w)(?:убью|застрелю|зарежу|взорву|подожгу|сожгу\s(?:вас|вашу|администрацию|школу)"
        r"|приду\sс\s(?:ружьем|ножом|топором)|угрожает\s(?:ножом|оружием|убить)"
        r"|держит\s(?:в\sзаложниках|взаперти)|(?:бьет|избивает)\s(?:жену|детей|ребенка|мать))(?!\w)"
    ),
    "danger": re.compile(
        r"(?<!\w)(?:заминирован\w{0,3}|запах\sгаза|пахнет\sгазом|люди\sпод\sзавалом)(?!\w)"
    ),
}


def content_flags(text: str) -> tuple[str, ...]:
    """The flags that the citizen's words raise by themselves; empty when there are none."""
    plain = " ".join(text[:20_000].lower().replace("ё", "е").split())
    return tuple(name for name, words in _WORDS.items() if words.search(plain))
