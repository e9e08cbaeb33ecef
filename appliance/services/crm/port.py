"""The Leads port over the built-in leads."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.contacts import identities, normal
from appliance.core import ids
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection, Database
from appliance.core.store.once import Once
from appliance.services.crm import records
from appliance.toolkit.ports import Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInLeads:
    """Leads kept in the appliance, bound to one contact. `region` reads phone numbers."""

    db: Database
    keyring: Keyring
    clock: Clock
    contact_id: str
    region: str
    once: Once

    async def save(
        self,
        *,
        name: str,
        email: str | None,
        phone: str | None,
        company: str | None,
        interest: str | None,
    ) -> Lead:
        """Make or complete this contact's lead, and fill in what their card lacks.

        Raises:
            Refused: the e-mail address or the phone number is none.
        """
        said = {
            "name": name,
            "email": normal.email(email) if email else None,
            "phone": normal.phone(phone, region=self.region) if phone else None,
            "company": company,
            "interest": interest,
        }

        def unit(connection: Connection) -> dict[str, str | bool]:
            return self._save(connection, {key: text for key, text in said.items() if text})

        recorded = await self.once("lead", unit)
        return Lead(recorded["id"], recorded["reference"], recorded["is_new"])

    def _save(self, connection: Connection, said: dict[str, str]) -> dict[str, str | bool]:
        now = self.clock.now()
        known = records.find_of_contact(connection, self.contact_id)
        lead_id = known[0] if known else ids.new_id()
        sealed = {
            column: self.keyring.seal(f"leads|{column}", lead_id, text)
            for column, text in said.items()
        }
        if "email" in said:
            sealed["email_blind"] = self.keyring.blind("email", said["email"])
        if known:
            reference = known[1]
            records.complete(connection, lead_id=lead_id, said=sealed, now=now)
        else:
            reference = f"L-{lead_id[-8:].upper()}"
            records.add(
                connection,
                lead_id=lead_id,
                reference=reference,
                contact_id=self.contact_id,
                said=sealed,
                now=now,
            )
        card = identities.card(connection, self.keyring, self.contact_id)
        missing = {
            field: said.get(field)
            for field in ("name", "email", "phone", "company")
            if getattr(card, field) is None
        }
        identities.save_card(
            connection, self.keyring, now, self.contact_id, region=self.region, **missing
        )
        return {"id": lead_id, "reference": reference, "is_new": known is None}
