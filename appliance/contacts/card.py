"""The card of one conversation's contact, as tools may read and write it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from appliance.contacts import identities
from appliance.contacts.values import Card
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection, Database
from appliance.core.store.once import Once


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCard:
    """The contact card port (`toolkit.ports.ContactCard`), bound to one contact."""

    db: Database
    keyring: Keyring
    clock: Clock
    contact_id: str
    region: str
    once: Once

    async def read(self) -> Card:
        """Give what is known."""
        return self.db.read(lambda c: identities.card(c, self.keyring, self.contact_id))

    async def save(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        company: str | None = None,
    ) -> Card:
        """Add to what is known, once; a None leaves a field as it is.

        Raises:
            Refused: the e-mail address or the phone number is none.
        """

        def unit(connection: Connection) -> dict[str, str | None]:
            saved = identities.save_card(
                connection,
                self.keyring,
                self.clock.now(),
                self.contact_id,
                name=name,
                email=email,
                phone=phone,
                company=company,
                region=self.region,
            )
            return asdict(saved)

        return Card(**await self.once("card", unit))
