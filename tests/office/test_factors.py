"""Second factors: shown once, shown by the right person, and gone when they are taken away."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client

from sonae.office import access, access_factors, access_passkeys, access_session, clock, desk, walls
from sonae.office.access_passkeys import PasskeyRefused, Site
from sonae.office.models import JournalEntry, Passkey, RecoveryCode, TotpSecret, User

from .cast import PASSWORD, Office, logged_in
from .device import HOST, PRESENT, Device, app_of, code

SITE = Site("localhost", "http://localhost")


@pytest.fixture
def alice(office: Office) -> User:
    """The solicitor, acting for herself."""
    walls.enter(organisation=str(office.alice.organisation_id), principal=f"user:{office.alice.id}")
    return User.objects.get(id=office.alice.id)


def kinds(user: User) -> list[str]:
    walls.enter(reach="all")
    return list(JournalEntry.objects.filter(stream=f"user/{user.id}").order_by("number").values_list("kind", flat=True))


def register(user: User, device: Device, label: str = "x") -> Passkey:
    given = access_passkeys.creation_options(SITE, user.id, account=user.username, name="x")
    return access_passkeys.register(SITE, user, device.create(given), given["token"], label)


# --- codes --------------------------------------------------------------------------------------------------------


def test_a_code_opens_once_however_it_is_spelled(alice: User, later: Callable[[int], None]) -> None:
    app = app_of(alice)
    first = code(app)
    assert access_factors.take_code(alice, first) == "totp"
    for spelling in (first, f" {first[:3]} {first[3:]} ", f"{first[:3]}-{first[3:]}",
                     first.translate(str.maketrans("0123456789", "０１２３４５６７８９"))):  # fmt: skip
        assert access_factors.take_code(alice, spelling) is None, "a replay"
    later(30)
    full_width = code(app).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert access_factors.take_code(alice, full_width) == "totp"


def test_an_earlier_code_is_not_taken_after_a_later_one(alice: User, later: Callable[[int], None]) -> None:
    app = app_of(alice)
    assert access_factors.take_code(alice, code(app, +1)) == "totp"
    assert access_factors.take_code(alice, code(app)) is None
    assert access_factors.take_code(alice, code(app, -1)) is None


@pytest.mark.parametrize("steps", [-2, 2, 40])
def test_a_code_of_another_time_opens_nothing(alice: User, later: Callable[[int], None], steps: int) -> None:
    assert access_factors.take_code(alice, code(app_of(alice), steps)) is None


@pytest.mark.parametrize("typed", ["", "000000", "١٢٣٤٥٦", "\x00", "1" * 10_000, "12345", "1234567", "²²²²²²", "😀",
                                   "ABCD-EFGH-JKLM-NPQR"])  # fmt: skip
def test_what_is_no_code_opens_nothing(alice: User, typed: str) -> None:
    assert access_factors.take_code(alice, typed) is None


def test_anothers_code_opens_nothing(office: Office, alice: User) -> None:
    walls.enter(reach="all")
    bobs = app_of(office.bob)
    assert access_factors.take_code(alice, code(bobs)) is None


def test_after_five_wrong_codes_the_guesser_waits_longer_each_time(alice: User, later: Callable[[int], None]) -> None:
    app = app_of(alice)
    for _ in range(5):
        assert access_factors.take_code(alice, "zzzzzz") is None
    with pytest.raises(access_factors.Paused):
        access_factors.take_code(alice, code(app))
    later(60)
    assert access_factors.take_code(alice, "zzzzzz") is None
    later(60)
    with pytest.raises(access_factors.Paused):
        access_factors.take_code(alice, code(app))
    later(60)
    assert access_factors.take_code(alice, code(app)) == "totp"
    assert access_factors.take_code(alice, "zzzzzz") is None, "and starts anew"
    assert kinds(alice).count("factor_refused") == 7


def test_the_secret_lies_as_ciphertext(alice: User) -> None:
    secret = app_of(alice).secret
    row = TotpSecret.objects.get(user=alice)
    assert secret.encode() not in bytes(row.secret_ciphertext)


def test_an_app_counts_from_its_first_right_code_on(alice: User, later: Callable[[int], None]) -> None:
    started = pyotp.TOTP(access_factors.start_app(alice).secret)
    assert not access_factors.has_second(alice)
    assert access_factors.take_code(alice, code(started)) is None
    assert not access_factors.confirm_app(alice, "000000")
    assert access_factors.confirm_app(alice, code(started))
    assert access_factors.has_second(alice)
    assert access_factors.take_code(alice, code(started)) is None, "the confirming code is used up"
    new = pyotp.TOTP(access_factors.start_app(alice).secret)
    assert access_factors.confirm_app(alice, code(new))
    later(30)
    assert access_factors.take_code(alice, code(started)) is None, "replaced"
    assert access_factors.take_code(alice, code(new)) == "totp"


def test_recovery_codes_are_kept_as_hashes_and_open_once(alice: User) -> None:
    app_of(alice)
    codes = access_factors.new_recovery_codes(alice)
    assert len(set(codes)) == 10
    kept = b"".join(bytes(row.code_sha256) for row in RecoveryCode.objects.filter(user=alice))
    assert not any(one.replace("-", "").encode() in kept for one in codes)
    assert access_factors.take_code(alice, codes[0].lower().replace("-", " ")) == "recovery_code"
    assert access_factors.take_code(alice, codes[0]) is None
    assert access_factors.codes_left(alice) == 9
    access_factors.new_recovery_codes(alice)
    assert access_factors.take_code(alice, codes[1]) is None


# --- passkeys -----------------------------------------------------------------------------------------------------


def test_a_passkey_names_its_person_once_per_challenge(alice: User) -> None:
    device = Device()
    register(alice, device, "窓口")
    given = access_passkeys.request_options(SITE, None)
    answer = device.get(given)
    assert access_passkeys.show(SITE, answer, given["token"]).user == alice
    with pytest.raises(PasskeyRefused, match="spent"):
        access_passkeys.show(SITE, answer, given["token"])


def test_a_registration_is_good_once_and_for_one_person(office: Office, alice: User) -> None:
    given = access_passkeys.creation_options(SITE, alice.id, account="x", name="x")
    device = Device()
    answer = device.create(given)
    with pytest.raises(PasskeyRefused, match="expired"):
        access_passkeys.register(SITE, office.bob, answer, given["token"], "x")
    access_passkeys.register(SITE, alice, answer, given["token"], "x")
    with pytest.raises(PasskeyRefused, match="spent"):
        access_passkeys.register(SITE, alice, answer, given["token"], "x")
    with pytest.raises(PasskeyRefused, match="known"):
        register(alice, device)


@pytest.mark.parametrize(
    "changes",
    [{"flags": PRESENT}, {"flags": 0}, {"origin": "https://phish.example"}, {"host": "phish.example"},
     {"origin": "http://localhost:1"}],
)  # fmt: skip
def test_an_unverified_or_foreign_passkey_is_refused(alice: User, changes: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefused):
        register(alice, Device(**changes))
    device = Device()
    register(alice, device)
    for name, value in changes.items():
        setattr(device, name, value)
    given = access_passkeys.request_options(SITE, None)
    with pytest.raises(PasskeyRefused, match="signature"):
        access_passkeys.show(SITE, device.get(given), given["token"])


def test_a_count_that_does_not_go_on_is_refused_and_remembered(alice: User) -> None:
    device = Device(count=5)
    register(alice, device)
    for count, right in ((6, True), (6, False), (5, False), (0, False), (7, True)):
        device.count = count
        given = access_passkeys.request_options(SITE, alice)
        if right:
            access_passkeys.show(SITE, device.get(given), given["token"], alice)
        else:
            with pytest.raises(PasskeyRefused, match="copied"):
                access_passkeys.show(SITE, device.get(given), given["token"], alice)
    assert kinds(alice).count("passkey_copied") == 3


def test_a_challenge_is_good_for_its_purpose_and_for_five_minutes(
    office: Office, alice: User, later: Callable[[int], None]
) -> None:
    device = Device()
    register(alice, device)
    stranger, own = (access_passkeys.request_options(SITE, user) for user in (None, alice))
    with pytest.raises(PasskeyRefused, match="expired"):
        access_passkeys.show(SITE, device.get(stranger), stranger["token"], alice)
    with pytest.raises(PasskeyRefused, match="expired"):
        access_passkeys.show(SITE, device.get(own), own["token"], office.bob)
    with pytest.raises(PasskeyRefused, match="signature"):
        access_passkeys.show(SITE, device.get(stranger), access_passkeys.request_options(SITE, None)["token"])
    with pytest.raises(PasskeyRefused, match="token"):
        access_passkeys.show(SITE, device.get(own), own["token"][:-1] + "x", alice)
    later(301)
    with pytest.raises(PasskeyRefused, match="expired"):
        access_passkeys.show(SITE, device.get(own), own["token"], alice)


def test_a_passkey_of_a_suspended_person_or_a_revoked_one_opens_nothing(alice: User) -> None:
    device, other = Device(), Device()
    row = register(alice, device)
    register(alice, other)
    access_factors.revoke_passkey(alice, str(row.id))
    given = access_passkeys.request_options(SITE, None)
    with pytest.raises(PasskeyRefused, match="unknown"):
        access_passkeys.show(SITE, device.get(given), given["token"])
    access_passkeys.show(SITE, other.get(given), given["token"])
    User.objects.filter(id=alice.id).update(is_active=False)
    given = access_passkeys.request_options(SITE, None)
    with pytest.raises(PasskeyRefused, match="unknown"):
        access_passkeys.show(SITE, other.get(given), given["token"])


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"rawId": 1}', '{"rawId": "é", "response": {}}',
                                    "[" * 9000, "\x00",
                                    '{"rawId": "AAAA", "response": {"userHandle": "AA"}}'])  # fmt: skip
def test_what_is_no_passkeys_answer_is_refused(alice: User, answer: str) -> None:
    given = access_passkeys.request_options(SITE, None)
    with pytest.raises(PasskeyRefused):
        access_passkeys.show(SITE, answer, given["token"])
    made = access_passkeys.creation_options(SITE, alice.id, account="x", name="x")
    with pytest.raises(PasskeyRefused):
        access_passkeys.register(SITE, alice, answer, made["token"], "x")


def test_the_last_factor_stays(alice: User) -> None:
    row = register(alice, Device())
    with pytest.raises(access_factors.Unchanged, match="last"):
        access_factors.revoke_passkey(alice, str(row.id))
    app_of(alice)
    access_factors.revoke_passkey(alice, str(row.id))
    with pytest.raises(access_factors.Unchanged, match="last"):
        access_factors.revoke_app(alice)
    assert access_factors.has_second(alice)


def test_anothers_passkey_cannot_be_revoked(office: Office, alice: User) -> None:
    row = register(alice, Device())
    walls.enter(organisation=str(office.bob.organisation_id))
    app_of(office.bob)
    with pytest.raises(access_factors.Unchanged, match="unknown"):
        access_factors.revoke_passkey(office.bob, str(row.id))


# --- log-in -------------------------------------------------------------------------------------------------------


def password(client: Client, **words: str) -> Any:
    return client.post("/login", {"username": "alice", "password": PASSWORD, **words}, **HOST)


def test_a_password_alone_opens_only_the_page_that_sets_up_a_second_factor(office: Office, client: Client) -> None:
    answer = password(client, next="/quotations")
    assert answer.headers["Location"] == "/account/factors?next=%2Fquotations"
    assert client.get("/account/factors", **HOST).status_code == 200
    for path in ("/quotations", "/account"):
        assert client.get(path, **HOST).headers["Location"].startswith(("/account/factors", "/login"))
    assert access.principal_of(client.get("/", **HOST).wsgi_request) is None
    client.post("/account/factors/app", **HOST)
    secret = re.search(
        r'<code class="secret">([A-Z2-7 ]+)<', client.get("/account/factors/app", **HOST).content.decode()
    )
    assert secret is not None
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    key = client.session.session_key
    shown = client.post("/account/factors/app", {"code": code(app)}, **HOST)
    assert len(re.findall(r"<li><code>", shown.content.decode())) == 10
    assert client.session.session_key != key, "a fresh session with every factor"
    assert client.get("/quotations", **HOST).status_code == 200


def test_password_and_code_log_in_and_the_code_is_not_skipped(office: Office, alice: User, client: Client) -> None:
    app = app_of(alice)
    client.get("/", **HOST)
    assert password(client, next="/quotations").headers["Location"] == "/login/second?next=%2Fquotations"
    half = client.session.session_key
    for path in ("/quotations", "/account/factors", "/account", "/account/factors/app"):
        assert client.get(path, **HOST).headers["Location"].startswith("/login")
    assert client.post("/login/second", {"code": "000000", "next": "/quotations"}, **HOST).status_code == 403
    answer = client.post("/login/second", {"code": code(app), "next": "/quotations"}, **HOST)
    assert answer.headers["Location"] == "/quotations"
    assert client.session.session_key != half
    assert client.get("/quotations", **HOST).status_code == 200


def test_half_way_ends_after_five_minutes_and_with_suspension(
    office: Office, alice: User, client: Client, later: Callable[[int], None]
) -> None:
    app_of(alice)
    password(client)
    assert client.get("/login/second", **HOST).status_code == 200
    later(301)
    assert client.get("/login/second", **HOST).status_code == 302
    password(client)
    desk.suspend_user(office.principal("operator"), "alice")
    assert client.get("/login/second", **HOST).status_code == 302


def test_suspension_ends_sessions_for_good(office: Office, client: Client) -> None:
    logged_in(client, office.alice)
    assert client.get("/quotations", **HOST).status_code == 200
    desk.suspend_user(office.principal("operator"), "alice")
    assert client.get("/quotations", **HOST).status_code == 302
    User.objects.filter(id=office.alice.id).update(is_active=True)
    assert client.get("/quotations", **HOST).status_code == 302, "an old session does not come back with the person"


def test_a_revoked_or_expired_registration_counts_at_the_next_request(office: Office, client: Client) -> None:
    logged_in(client, office.alice)
    operator = office.principal("operator")
    yesterday = clock.now().date() - timedelta(days=1)
    for number, until, status in (("", None, 403), ("R-2", clock.now().date(), 200), ("R-2", yesterday, 403)):
        desk.set_registration(operator, "alice", number, until)
        assert client.get("/quotations", **HOST).status_code == status


# --- step-up ------------------------------------------------------------------------------------------------------


def test_what_binds_wants_a_fresh_factor_by_which_one_signs(
    office: Office, client: Client, later: Callable[[int], None]
) -> None:
    def request() -> Any:
        return client.get("/health/live", **HOST).wsgi_request

    logged_in(client, office.alice, "recovery_code")
    assert access.principal_of(request()) is not None
    assert not access_session.is_recent(request(), 300), "nobody signs with a recovery code"
    logged_in(client, office.alice, "passkey")
    assert access_session.is_recent(request(), 300)
    assert access_session.signer_factor(request()) == "passkey"
    later(301)
    assert not access_session.is_recent(request(), 300)


def test_a_stale_session_confirms_and_comes_back(
    office: Office, alice: User, client: Client, rf: Any, later: Callable[[int], None]
) -> None:
    app = app_of(alice)
    logged_in(client, alice)
    later(700)
    sent = client.post("/account/factors/codes", **HOST)
    assert sent.headers["Location"] == "/account/confirm?next=/account/factors".replace(
        "/account/factors", "%2Faccount%2Ffactors"
    )
    assert access_factors.codes_left(alice) == 0, "what was posted is not done"
    before = client.session.session_key
    answer = client.post("/account/confirm", {"code": code(app), "next": "/account/factors"}, **HOST)
    assert answer.headers["Location"] == "/account/factors"
    assert client.session.session_key != before
    assert client.post("/account/factors/codes", **HOST).status_code == 200


def test_a_page_behind_a_fresh_factor_sends_the_stale_away_and_back(rf: Any) -> None:
    @access_session.recent_factor_required(300)
    def binding(_request: Any) -> Any:
        raise AssertionError("must not be reached")

    for request, onward in (
        (rf.get("/bind?x=1"), "%2Fbind%3Fx%3D1"),
        (rf.post("/bind", HTTP_REFERER="http://testserver/page?y=2"), "%2Fpage%3Fy%3D2"),
        (rf.post("/bind", HTTP_REFERER="https://elsewhere.example/page"), "%2F"),
        (rf.post("/bind"), "%2F"),
    ):
        request.session = {}
        assert binding(request).headers["Location"] == f"/account/confirm?next={onward}"
    hx = rf.post("/bind", HTTP_HX_REQUEST="true")
    hx.session = {}
    assert binding(hx).headers["HX-Redirect"] == "/account/confirm?next=%2F"


def test_taking_a_factor_away_ends_the_other_sessions(office: Office, alice: User, client: Client) -> None:
    row = register(alice, Device())
    app_of(alice)
    other = Client()
    logged_in(client, alice)
    logged_in(other, alice)
    assert client.post(f"/account/factors/passkey/{row.id}/revoke", **HOST).status_code == 302
    assert client.get("/account", **HOST).status_code == 200
    assert other.get("/account", **HOST).status_code == 302


# --- denials ------------------------------------------------------------------------------------------------------


def test_a_denied_attempt_is_remembered_once_a_minute(
    office: Office, client: Client, later: Callable[[int], None]
) -> None:
    underwriter = office.people["underwriter"]
    logged_in(client, underwriter)
    for wait in (0, 30, 31):
        later(wait)
        assert client.get("/quotations", **HOST).status_code == 403
    walls.enter(reach="all")
    rows = JournalEntry.objects.filter(stream=f"user/{underwriter.id}", kind="denied")
    assert [bytes(row.body) for row in rows] == [b'{"method":"GET","route":"quotations"}'] * 2
