"""NLU++ hotels: who asks for a person; and who of CLINC150's strangers does not."""

from __future__ import annotations

from appliance.models.desk_model.handover import People
from tests.evals.public import collection, desks
from tests.evals.public.figures import Figure, share

OF = "NLU++ hotels"
_DEPARTMENTS = {
    "reception": ["front desk", "receptionist"],
    "spa": ["wellness", "massage"],
    "restaurant": ["the kitchen", "bar"],
    "housekeeping": ["cleaning"],
    "concierge": [],
    "room service": [],
    "gym": ["fitness"],
    "reservations": ["bookings", "booking"],
}
"""What a hotel's config would list; written from a hotel's ways, not from the set."""


def people() -> People:
    """Give a hotel's departments as basic mode knows them."""
    listed = [
        {"id": name.replace(" ", "-"), "name": name.capitalize(), "aliases": aliases}
        for name, aliases in _DEPARTMENTS.items()
    ]
    return People.of(desks.config(departments=listed))


def figures() -> list[Figure]:
    """Tell how many wishes for a person are heard, and how often one is heard that was not made."""
    hotel = people()
    rows = [
        row for fold in range(20) for row in collection.read_json(f"nlupp_hotels/fold{fold}.json")
    ]
    marked = ["handoff" in row.get("intents", []) for row in rows]
    heard = [hotel.wanted(row["text"]) for row in rows]
    strangers = [hotel.wanted(text) for text, _ in collection.clinc()["test"]]
    both = list(zip(heard, marked, strict=True))
    return [
        share(OF, "wishes for a person heard", [one for one, wish in both if wish]),
        share(OF, "of those heard, wishes for a person", [wish for one, wish in both if one]),
        share(OF, "heard where CLINC150 asks for none", strangers),
    ]
