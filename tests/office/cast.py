"""Two agencies that must not see each other, the bodies above them, and what they ask."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.test import Client

from sonae.office import access, clock, desk
from sonae.office.access import Principal
from sonae.office.models import KINDS_OF_ROLE, Organisation, User

PASSWORD = "correct horse battery staple"
D06 = {"industry": "D06", "annual_sales": 1_000_000_000, "plan": "basic", "set": 3, "sheet_discount": 30,
       "inception": "2027-04-01"}  # fmt: skip


def body(**changes: Any) -> bytes:
    """A request that is priced at 353,150 yen, with changes; None leaves a field out."""
    words = {name: value for name, value in (D06 | changes).items() if value is not None}
    return json.dumps(words, ensure_ascii=False).encode("utf-8")


@dataclass(frozen=True)
class Office:
    ours: Organisation
    theirs: Organisation
    alice: User  # solicitor of ours
    bob: User  # solicitor of theirs
    people: dict[str, User]  # one of every role; the agency's are ours

    def principal(self, name: str) -> Principal:
        user = {"alice": self.alice, "bob": self.bob}.get(name) or self.people[name]
        return access.principal_of_user(User.objects.get(id=user.id))


def make() -> Office:
    """Made through the desk, as in the set-up of an office."""
    places = {kind: desk.create_organisation(None, kind, f"{kind} 一号") for kind in
              ("federation", "association", "cooperative", "agency", "insurer", "member")}  # fmt: skip
    theirs = desk.create_organisation(None, "agency", "よその代理店")

    def person(username: str, role: str, organisation: Organisation) -> User:
        registered = organisation.kind == "agency"
        return desk.create_user(
            None, username=username, password=PASSWORD, name=f"{username} 花子", organisation=organisation, role=role,
            registration_number="R-1" if registered else "",
            registration_expires=date(2099, 3, 31) if registered else None,
        )  # fmt: skip

    people = {str(role): person(f"the_{role}", role, places[kinds[0]]) for role, kinds in KINDS_OF_ROLE.items()}
    alice, bob = person("alice", "solicitor", places["agency"]), person("bob", "solicitor", theirs)
    return Office(places["agency"], theirs, alice, bob, people)


def logged_in(client: Client, user: User, factor: str = "totp") -> None:
    """A session as after a log-in with this factor a moment ago."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["factor"] = {"name": factor, "at": int(clock.now().timestamp())}
    session.save()
