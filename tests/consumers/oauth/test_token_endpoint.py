"""Security cases 73-82, 86-87, 98-110: codes and client authentication at /oauth/token."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from consumers import digests
from consumers.models import AccessToken, AppAuthorization, Consumer, Grant, RefreshToken
from consumers.oauth import token_info
from tests.conftest import World
from tests.consumers.conftest import FORM, Program, Register, is_live, new_verifier, signed_in
from tests.consumers.refusals import refused


def test_case_073_normal_exchange_by_basic_and_post(program: Program, world: World) -> None:
    """RFC 6749 §5.1 and §2.3.1."""
    fields = {
        "grant_type": "authorization_code",
        "redirect_uri": program.callback,
        "code_verifier": program.verifier,
        "resource": settings.MCP_RESOURCE,
    }
    by_basic = program.post(
        "/oauth/token", urlencode(fields | {"code": program.code(world.owner)}), **program.basic()
    )
    by_post = program.redeem(program.code(world.owner))
    for response in (by_basic, by_post):
        assert response.status_code == 200, response.content
        assert response["Cache-Control"] == "no-store"
        tokens = response.json()
        assert tokens["access_token"].startswith("fma_")
        assert tokens["refresh_token"].startswith("fmr_")
        assert tokens["token_type"] == "Bearer"
        assert 0 < tokens["expires_in"] <= 1800
        assert tokens["scope"] == "maintenance:read maintenance:write offline_access"


def test_case_073_public_consumer_by_key_alone(register: Register, world: World) -> None:
    """RFC 6749 §3.2.1: `none`, with PKCE."""
    program = register(public=True)
    assert program.secret == ""
    assert is_live(program.connect(world.owner)["access_token"])
    refused(program.token(client_secret="fms_x", grant_type="refresh_token"), "invalid_client", 401)


def test_case_255_nothing_is_stored_in_clear(program: Program, world: World) -> None:
    """RFC 9700 §4: only keyed digests of secret, code and tokens reach the database."""
    code = program.code(world.owner)
    tokens = program.redeem(code).json()
    rows = str(
        [
            list(model.objects.values())
            for model in (Consumer, Grant, AccessToken, RefreshToken, AppAuthorization)
        ]
    )
    for value in (program.secret, code, tokens["access_token"], tokens["refresh_token"], program.verifier):
        assert value not in rows
    assert digests.digest(tokens["access_token"]) in rows


@pytest.mark.parametrize("seconds", [0, 1, 30, 3600])
def test_case_074_075_replayed_code_kills_what_it_produced(
    program: Program, world: World, seconds: int, caplog: Any
) -> None:
    """RFC 6749 §4.1.2, ASVS 10.4.2; oidcc-codereuse and -30seconds."""
    code = program.code(world.owner)
    tokens = program.redeem(code).json()
    assert is_live(tokens["access_token"])
    past = timezone.now() - dt.timedelta(seconds=seconds)
    Grant.objects.update(redeemed_at=past, expires=past + dt.timedelta(seconds=60))
    refused(program.redeem(code), "invalid_grant")
    assert not is_live(tokens["access_token"])
    refused(program.refresh(tokens["refresh_token"]), "invalid_grant")
    assert any("code replayed" in record.getMessage() for record in caplog.records)
    assert not any(code in record.getMessage() for record in caplog.records)


def test_case_075_replay_leaves_other_families_alone(program: Program, world: World) -> None:
    """What the person approved elsewhere lives on."""
    other = program.connect(world.owner)
    code = program.code(world.owner)
    tokens = program.redeem(code).json()
    refused(program.redeem(code), "invalid_grant")
    assert not is_live(tokens["access_token"])
    assert is_live(other["access_token"])


def test_case_076_code_of_the_disabled_or_the_revoked(program: Program, world: World) -> None:
    """ASVS 8.3.2: looked at when the code is redeemed, not when it was given."""
    membership = Membership.objects.filter(user=world.owner)
    user, consumer = User.objects.filter(pk=world.owner.pk), Consumer.objects.filter(pk=program.consumer.pk)
    for rows, change, undo in (
        (user, {"is_active": False}, {"is_active": True}),
        (membership, {"active": False}, {"active": True}),
        (consumer, {"enabled": False}, {"enabled": True}),
    ):
        code = program.code(world.owner)
        rows.update(**change)
        refused(program.redeem(code), "invalid_grant")
        rows.update(**undo)
    code = program.code(world.owner)
    AppAuthorization.objects.get(revoked_at=None).revoke(by=world.owner)
    refused(program.redeem(code), "invalid_grant")
    assert not AccessToken.objects.exists()


def test_case_077_code_used_by_another_consumer(register: Register, world: World) -> None:
    """RFC 6749 §4.1.3: refused, and still good for its owner."""
    owner, thief = register(), register(name="Thief")
    code = owner.code(world.owner)
    refused(thief.redeem(code, code_verifier=owner.verifier), "invalid_grant")
    assert owner.redeem(code).status_code == 200


def test_case_078_expired_code(program: Program, world: World) -> None:
    """RFC 6749 §4.1.2: the code lives 60 seconds."""
    code = program.code(world.owner)
    left = Grant.objects.get().expires - timezone.now()
    assert dt.timedelta(seconds=50) < left <= dt.timedelta(seconds=60)
    Grant.objects.update(expires=timezone.now())
    refused(program.redeem(code), "invalid_grant")


@pytest.mark.parametrize("verifier", ["wrong" * 10, None, "", "a", "a" * 200, "é" * 43, "a\0" * 30])
def test_case_079_wrong_verifier(program: Program, world: World, verifier: str | None) -> None:
    """RFC 7636 §4.6; the code survives for the right one."""
    code = program.code(world.owner)
    response = program.redeem(code, code_verifier=verifier)
    assert response.status_code == 400
    assert response.json()["error"] in {"invalid_grant", "invalid_request"}
    assert program.redeem(code).status_code == 200


def test_case_081_code_without_challenge(program: Program, world: World) -> None:
    """RFC 9700 §2.1.1: such a code cannot be made here; one from elsewhere is not redeemed."""
    code = program.code(world.owner)
    Grant.objects.update(code_challenge="")
    refused(program.redeem(code), "invalid_grant")


def test_case_082_callback_differs_at_the_exchange(program: Program, world: World) -> None:
    """RFC 6749 §4.1.3 and §5.2: invalid_grant, also where it is left out."""
    code = program.code(world.owner)
    refused(program.redeem(code, redirect_uri="https://chatgpt.com/connector/oauth/Other"), "invalid_grant")
    refused(program.redeem(code, redirect_uri=None), "invalid_grant")
    assert program.redeem(code).status_code == 200


@pytest.mark.parametrize("code", ["fmc_" + "x" * 43, "", "x" * 20_000, "🔧", "fmr_" + "x" * 43, None])
def test_case_086_unknown_codes(program: Program, code: str | None) -> None:
    """RFC 6749 §5.2."""
    response = program.token(
        grant_type="authorization_code",
        code=code,
        redirect_uri=program.callback,
        code_verifier=new_verifier(),
    )
    refused(response, "invalid_grant" if code else "invalid_request")


def test_case_087_code_with_nul(program: Program) -> None:
    """Refused before any query."""
    refused(program.redeem("fmc_\0" + "x" * 40), "invalid_request")


def test_case_090_resource_at_the_exchange(program: Program, world: World) -> None:
    """RFC 8707 §2.2: only the granted one, and the code survives a wrong one."""
    code = program.code(world.owner)
    for resource in ("https://evil.example/x", settings.API_RESOURCE, settings.MCP_RESOURCE + "/x"):
        refused(program.redeem(code, resource=resource), "invalid_target")
    assert program.redeem(code, resource=settings.MCP_RESOURCE).status_code == 200


def test_case_098_wrong_client(program: Program) -> None:
    """RFC 6749 §5.2: 401 invalid_client."""
    for fields in (
        {"client_secret": "fms_wrong"},
        {"client_id": "fmk_x"},
        {"client_secret": None},
        {"client_id": None},
    ):
        response = program.token(grant_type="client_credentials", **fields)
        refused(response, "invalid_client", 401)
        assert program.secret not in response.content.decode()


def test_case_099_challenge_names_basic(program: Program) -> None:
    """RFC 6749 §5.2, RFC 7617."""
    response = program.post("/oauth/token", "grant_type=client_credentials", **program.basic("wrong"))
    refused(response, "invalid_client", 401)
    assert response["WWW-Authenticate"].startswith("Basic realm=")


def test_case_101_scheme_is_case_insensitive(register: Register) -> None:
    """RFC 9110 §11.1."""
    program = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    for scheme in ("basic", "BASIC", "Basic"):
        response = program.post(
            "/oauth/token", "grant_type=client_credentials", **program.basic(scheme=scheme)
        )
        assert response.status_code == 200


@pytest.mark.parametrize("header_secret", ["wrong", None])
def test_case_102_two_methods_at_once(register: Register, header_secret: str | None) -> None:
    """RFC 6749 §2.3: not more than one, even where both are right."""
    program = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    body = urlencode(
        {"grant_type": "client_credentials", "client_id": program.key, "client_secret": program.secret}
    )
    refused(program.post("/oauth/token", body, **program.basic(header_secret)), "invalid_request")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic eA==", "Bearer x", "Basic /w==", "", "Basic \xff"]
)
def test_case_102_malformed_authorization_headers(program: Program, header: str) -> None:
    """RFC 7617 §2."""
    response = program.post("/oauth/token", "grant_type=client_credentials", HTTP_AUTHORIZATION=header)
    refused(response, "invalid_client", 401)


def test_case_104_time_tells_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 6819 §5.1.4.2: known or unknown key, right or wrong secret, within 5 ms of each other.

    That is so in processor time, and on the clock where no other program holds the processor.
    """
    monkeypatch.setattr("consumers.throttle.MOST_FAILURES", 10**6)

    def times_of(**fields: str) -> tuple[float, float]:
        clock, processor = time.perf_counter(), time.process_time()
        program.token(grant_type="refresh_token", refresh_token="fmr_x", **fields)
        return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000

    for _ in range(60):
        times_of()
    known, unknown = [], []
    for _ in range(60):
        known.append(times_of(client_secret="fms_wrong"))
        unknown.append(times_of(client_id="fmk_unknown"))
    clock, processor = (
        [statistics.median(times[which] for times in kind) for kind in (known, unknown)] for which in (0, 1)
    )
    assert abs(processor[0] - processor[1]) < 5
    busy = sum(clock) > 1.5 * sum(processor)
    assert busy or abs(clock[0] - clock[1]) < 5


def test_case_105_failures_are_slowed_without_shutting_anyone_out(program: Program) -> None:
    """RFC 6749 §10.10: 429 after a few, for that address and key only; the right secret still works."""
    statuses = [
        program.token(grant_type="refresh_token", client_secret="fms_wrong").status_code for _ in range(12)
    ]
    assert statuses == [401] * 10 + [429] * 2
    limited = program.token(grant_type="refresh_token", client_secret="fms_wrong")
    assert 0 < int(limited["Retry-After"]) <= 60
    refused(limited, "temporarily_unavailable", 429)
    refused(program.refresh("fmr_x"), "invalid_grant")
    elsewhere = program.post(
        "/oauth/token", urlencode({"client_id": program.key, "client_secret": "x"}), REMOTE_ADDR="192.0.2.7"
    )
    refused(elsewhere, "invalid_client", 401)


def test_only_a_key_is_logged_as_one(program: Program, caplog: pytest.LogCaptureFixture) -> None:
    """People paste a secret or a password into the field of the key, and the log must not have it."""
    for pasted in (program.secret, "hunter2-hunter2", "Basic eyJhbGciOi"):
        refused(program.token(grant_type="client_credentials", client_id=pasted), "invalid_client", 401)
        assert pasted[4:12] not in caplog.text
    refused(program.token(grant_type="client_credentials", client_secret="wrong"), "invalid_client", 401)
    lines = [line for line in caplog.messages if "client refused" in line]
    assert len(lines) == 4
    assert program.key in lines[-1]


@pytest.mark.parametrize("method", ["get", "put", "head", "delete"])
def test_case_106_other_methods(method: str, db: None) -> None:
    """RFC 6749 §3.2: POST."""
    response = getattr(Client(), method)("/oauth/token")
    assert response.status_code == 405
    assert response["Allow"] == "POST"


def test_case_107_credentials_in_the_address(program: Program) -> None:
    """RFC 6749 §2.3.1."""
    query = urlencode({"client_id": program.key, "client_secret": program.secret})
    refused(program.post(f"/oauth/token?{query}", "grant_type=client_credentials"), "invalid_request")


def test_case_108_other_content_types(program: Program) -> None:
    """RFC 6749 §4.1.3: a form and nothing else."""
    fields = {"grant_type": "client_credentials", "client_id": program.key, "client_secret": program.secret}
    refused(
        program.http.post("/oauth/token", fields, content_type="application/json"), "invalid_request", 415
    )
    refused(program.http.post("/oauth/token", fields), "invalid_request", 415)


@pytest.mark.parametrize("sent", [f"application/json, {FORM}", f"{FORM}, application/json", f"{FORM},{FORM}"])
def test_a_form_whose_type_is_one_of_two(program: Program, sent: str) -> None:
    """As the TypeScript SDK sends it when its user has set a Content-Type for all requests."""
    fields = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": program.key}
    body = urlencode(fields | {"client_secret": program.secret})
    refused(program.http.post("/oauth/token", body, content_type=sent), "invalid_grant")


@pytest.mark.parametrize("name", ["code", "client_id", "grant_type", "refresh_token", "client_secret", "x"])
def test_case_109_duplicate_parameters(program: Program, name: str) -> None:
    """RFC 6749 §3.2."""
    fields = {"grant_type": "authorization_code", "client_id": program.key, "client_secret": program.secret}
    body = urlencode([*fields.items(), (name, "1"), (name, "2")])
    refused(program.post("/oauth/token", body), "invalid_request")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("a=%zz", FORM, 400),
        ("a=%ff", FORM, 400),
        ("grant_type=é", FORM, 400),
        ("grant_type=x", FORM + "; charset=utf-16", 415),
        ("grant_type=x", FORM + "; charset=bogus", 415),
        ("a=" + "x" * 5_000_000, FORM, 413),
        ("&".join(f"f{n}=1" for n in range(2000)), FORM, 400),
        ("&", FORM, 401),
        ("grant_type=x", "", 415),
        ("grant_type=x", "application/json, text/plain", 415),
        ("grant_type=x", f"application/json; a={FORM}", 415),
        ("{}", f"application/json, {FORM}", 401),
        ("--x\r\nbroken", "multipart/form-data; boundary=x", 415),
        ("a=\0", FORM, 400),
    ],
)
def test_case_110_odd_bodies(body: str, content_type: str, status: int, db: None) -> None:
    """RFC 6749 §5.2: JSON, whatever comes."""
    response = Client().generic("POST", "/oauth/token", body.encode(), content_type=content_type)
    refused(response, "invalid_client" if status == 401 else "invalid_request", status)


def test_unknown_and_unfit_grant_types(program: Program, register: Register) -> None:
    """RFC 6749 §5.2."""
    refused(program.token(grant_type="password", username="a", password="b"), "unsupported_grant_type")
    refused(program.token(), "invalid_request")
    refused(program.token(grant_type="client_credentials"), "unauthorized_client")
    machine = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    refused(machine.refresh("fmr_x"), "unauthorized_client")


def test_client_credentials(register: Register, world: World) -> None:
    """RFC 6749 §4.4: no refresh token; the resource is one of the two that are served."""
    program = register(
        authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, permission_group=world.colleague_group
    )
    answer = program.token(grant_type="client_credentials").json()
    assert "refresh_token" not in answer
    assert answer["scope"] == "maintenance:read maintenance:write"
    found = token_info.resolve(answer["access_token"], settings.MCP_RESOURCE)
    assert found is not None
    assert found.caller.user_id is None
    assert found.caller.rights == {"work_orders:view", "assets:view"}
    assert found.caller.narrowed_to_group_id == world.colleague_group.pk
    # Without a resource the token is valid for both, as Fracttal's own guide for programs expects.
    assert token_info.resolve(answer["access_token"], settings.API_RESOURCE) is not None
    named = program.token(grant_type="client_credentials", resource=settings.MCP_RESOURCE).json()[
        "access_token"
    ]
    assert token_info.resolve(named, settings.API_RESOURCE) is None
    refused(
        program.token(grant_type="client_credentials", resource="https://evil.example/"), "invalid_target"
    )
    refused(program.token(grant_type="client_credentials", scope="admin"), "invalid_scope")
    program.consumer.enabled = False
    program.consumer.save()
    refused(program.token(grant_type="client_credentials"), "unauthorized_client")
    assert token_info.resolve(answer["access_token"], settings.MCP_RESOURCE) is None


def test_case_215_database_trouble_is_said_as_such(
    program: Program, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9110 §15.6.4: 503 with Retry-After, and the code still works after."""
    code = program.code(world.owner)
    with monkeypatch.context() as patch:

        def fails(*_args: Any, **_fields: Any) -> Any:
            raise OperationalError("database is locked")

        patch.setattr(RefreshToken.objects, "create", fails)
        response = program.redeem(code)
        refused(response, "temporarily_unavailable", 503)
        assert response["Retry-After"]
    assert not AccessToken.objects.exists()
    assert program.redeem(code).status_code == 200


def test_case_045_token_endpoint_needs_no_session(program: Program, world: World) -> None:
    """A signed-in browser is nobody here."""
    response = signed_in(world.owner).post("/oauth/token", "grant_type=client_credentials", content_type=FORM)
    refused(response, "invalid_client", 401)
