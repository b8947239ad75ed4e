"""Who acts: a person in one of his memberships, or a service on its own behalf."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

SERVICE_ROLE = "SERVICE"


@dataclass(frozen=True)
class Actor:
    """`name` identifies the actor in events and audit rows: a person's id or a service's name, never a person's name."""

    name: str
    role: str
    person_id: UUID | None = None
    membership_id: UUID | None = None
    agency_id: UUID | None = None

    @staticmethod
    def of_service(name: str) -> "Actor":
        return Actor(name=f"service-{name}", role=SERVICE_ROLE)

    @staticmethod
    def of_person(person_id: UUID, membership_id: UUID, agency_id: UUID, role: str) -> "Actor":
        return Actor(str(person_id), role, person_id, membership_id, agency_id)


# What the sign-in server says of somebody; the role of an office is the membership's, from our own directory.
MAY_USE = "chidao-user"


def grants(token_roles: Collection[str], role: str) -> bool:
    """Whether a token with these roles lets somebody act in a membership of `role`: in any, or in those that the token itself names."""
    return MAY_USE in token_roles or role in token_roles
