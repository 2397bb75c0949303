"""Files that a mail only links to: its sender is asked for them, and the department's head hears.

Nothing is fetched: see `domain/cloud_links.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_mail.domain.case import CaseState
from mcu_mail.domain.decisions import Log, Tell
from mcu_mail.domain.whose_turn import department_of
from mcu_mail.service.enclosing import limit_mb

if TYPE_CHECKING:
    from mcu_mail.domain.cloud_links import CloudLink
    from mcu_mail.service.answer import Spoken


def ask_for_files(spoken: Spoken) -> None:
    """Ask the sender for the files behind his links, once a mail; a stranger is told nothing."""
    carrier, said, case = spoken.carrier, spoken.said, spoken.case
    if said.person is None or spoken.is_forged or case.state is CaseState.closed:
        return
    files = tuple(_shown(link) for link in said.links)
    context = {"files": files, "limit": limit_mb(spoken.desk, spoken.work)}
    carrier.carry((
        Log(
            kind="cloud_links",
            data={"mail": said.stored.id, "files": list(files)},
        ),
        Tell(
            people=(said.person.id,),
            template="cloud_links",
            context={**context, "who": ""},
            once=f"cloud_links:{said.stored.id}",
        ),
    ))
    department = department_of(case, spoken.desk.office)
    if department is not None and department.head != said.person.id:
        carrier.carry((
            Tell(
                people=(department.head,),
                template="cloud_links",
                context={**context, "who": said.person.name},
                once=f"links_shown:{said.stored.id}",
            ),
        ))


def _shown(link: CloudLink) -> str:
    return f"{link.name} ({link.host})" if link.name else link.host
