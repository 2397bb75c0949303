"""The section `emergency` of config.yaml: whom to call when a life is in danger."""

from __future__ import annotations

from mcu_mail.settings.kinds import Model, Text


class EmergencySettings(Model):
    """Telephones that stand first in the mail about a threat to life."""

    rescue: Text = "112"
    police: Text = "102"
    edds: str = ""
    """The duty service of the okrug; empty: the telephone of `roles.duty`."""
    helpline: str = "8 (495) 989-50-50 (МЧС России), 8-800-2000-122 (для детей и родителей)"
    """Where whoever writes of suicide can talk; empty: he is not told of any."""
