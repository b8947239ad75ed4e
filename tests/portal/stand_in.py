"""Stands in for the sign-in service and the five services, so that the portal is tried alone, with what real ones rarely answer.

It keeps what it is told in memory and knows no rule but versions. The story over the real services is told in tests/browser.
"""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from libs.common.web.middleware import NO_TELEMETRY
from tests.portal.answers import broken

ISSUER = "http://sign-in.test/realms/chidao"
LONG_AGENCY = "Ban Quản lý dự án đầu tư xây dựng các công trình nông nghiệp và phát triển nông thôn tỉnh Quảng Ngãi"
LISTS = {"directory": "agencies", "directives": "directives", "tasks": "tasks", "notify": "notices", "reporting": "figures"}
AGENCIES = {
    "office": ("Văn phòng Ủy ban nhân dân tỉnh", "VP UBND tỉnh", "OFFICE"),
    "health": ("Sở Y tế", "Sở Y tế", "DEPARTMENT"),
    "finance": ("Sở Tài chính", "Sở Tài chính", "DEPARTMENT"),
    "farming": (LONG_AGENCY, LONG_AGENCY, "PUBLIC_UNIT"),
    "ba-dong": ("Ủy ban nhân dân xã Ba Động", "Xã Ba Động", "COMMUNE"),
    "ba-dinh": ("Ủy ban nhân dân xã Ba Dinh", "Xã Ba Dinh", "COMMUNE"),
}
# Of an agency that stands under nobody, from the beginning until now.
LASTING: dict[str, Any] = {
    "scope": "PROVINCE",
    "parent_id": None,
    "valid_from": None,
    "valid_to": None,
    "matched_alias": None,
    "successors": [],
}
NO_DUES: dict[str, Any] = {"open_dues": [], "open_dues_before": 0, "open_dues_after": 0}
RULES = {"awaiting_counts_as": "IN_TIME_IF_SUBMITTED_BY_DUE", "rounding": "HALF_UP", "due_soon_days": 3}
NUMBERS = (
    "N",
    "C",
    "U",
    "due_soon",
    "due_later",
    "completed_on_time",
    "completed_late",
    "completed_undated",
    "open_in_time",
    "open_overdue",
    "open_undated",
)
PEOPLE = {
    "tracker": ("Phạm Đình Khôi", "office", "Chuyên viên theo dõi", "OFFICE_TRACKER"),
    "lead": ("Nguyễn Hoài Thương", "office", "Chánh Văn phòng", "OFFICE_LEAD"),
    "leader": ("Trần Văn Minh", "office", "Chủ tịch UBND tỉnh", "LEADER"),
    "clerk": ("Nguyễn Thị Kim Ngân", "health", "Văn thư", "AGENCY_CLERK"),
    "commune": ("Phạm Văn Rút", "ba-dong", "Văn thư", "AGENCY_CLERK"),
}


# What a list of documents leaves out.
ONLY_ON_ITS_PAGE = (
    *("held", "another_document_reason", "signer", "secrecy"),
    *("issuing_agency_id", "instructions", "created_by", "available_actions"),
)

NOTHING_GIVEN = {
    "given": 0,
    "groups": 0,
    "nearest_due": None,
    **{key: [] for key in ("agencies", "undated", "due_on_day_off", "due_passed", "without_account")},
}


def without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}


def id_of(name: str) -> str:
    return f"00000000-0000-5000-8000-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def person_of(token: str) -> str:
    """Whose token it is: one of ours, or of a real sign-in service."""
    if token.count(".") != 2:
        return token.split(":")[0]
    claims = token.split(".")[1]
    subject = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]
    return next(key for key in PEOPLE if id_of(key) == subject)


@dataclass
class Asked:
    """One request that a service was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class StandIn:
    """`person` signs in next.

    `says` changes what an ID token says; who `declines` is sent back without a code; `pushes` is what was asked for.
    `refuse` answers a path with a problem instead; `away` are services that do not answer.
    """

    today: date
    described: dict[str, dict[str, Any]] = field(default_factory=dict)
    unpromised: list[str] = field(default_factory=list)
    person: str = "tracker"
    memberships: dict[str, list[str]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    directives: dict[str, dict[str, Any]] = field(default_factory=dict)
    late_releases: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=lambda: {**NOTHING_GIVEN})
    histories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notices: list[dict[str, Any]] = field(default_factory=list)
    overdue_a_week_ago: dict[str, int] = field(default_factory=dict)
    refuse: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    hold_seconds: int = 0
    ended: list[str] = field(default_factory=list)
    sign_outs_fail: bool = False
    says: dict[str, Any] = field(default_factory=dict)
    declines: bool = False
    pushes: list[dict[str, str]] = field(default_factory=list)
    added: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    decisions: dict[str, tuple[str, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    pushed: dict[str, dict[str, str]] = field(default_factory=dict)
    streams: dict[str, list[asyncio.Queue[str]]] = field(default_factory=dict)
    loop: asyncio.AbstractEventLoop | None = None
    token_seconds: int = 300
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))

    def app(self) -> FastAPI:
        app = FastAPI(telemetry=NO_TELEMETRY)
        app.add_api_route("/sign-in/{rest:path}", self.sign_in, methods=["GET", "POST"])
        app.add_api_route("/{service}/internal/stream", self.stream)
        app.add_api_route("/{service}/{path:path}", self.serve, methods=["GET", "POST", "PUT"])
        return app

    # the sign-in service

    async def sign_in(self, request: Request, rest: str) -> Response:
        if rest == "certs":
            return JSONResponse(KeySet([self.key]).as_dict(private=False))
        if rest == "auth":
            query = self.pushed.pop(request.query_params["request_uri"])
            if self.declines:
                return RedirectResponse(f"{query['redirect_uri']}?error=access_denied&state={query['state']}&iss={ISSUER}", 303)
            code = uuid4().hex
            self.codes[code] = {**query, "person": self.person}
            return RedirectResponse(f"{query['redirect_uri']}?code={code}&state={query['state']}&iss={ISSUER}", 303)
        if rest == "push":
            reference = f"urn:ietf:params:oauth:request_uri:{uuid4().hex}"
            self.pushed[reference] = {name: str(value) for name, value in (await request.form()).items()}
            self.pushes.append(self.pushed[reference])
            return JSONResponse({"request_uri": reference, "expires_in": 600}, 201)
        if rest == "token":
            return self.grant(dict((await request.form()).items()))
        if rest == "sign-out":
            self.ended.append(str((await request.form())["refresh_token"]))
            return Response(status_code=503 if self.sign_outs_fail else 204)
        return RedirectResponse(request.query_params.get("post_logout_redirect_uri", "/"), 303)

    def grant(self, form: dict[str, Any]) -> Response:
        if form["grant_type"] == "client_credentials":
            return JSONResponse({"access_token": "service", "expires_in": 300})
        if form["grant_type"] == "refresh_token":
            return JSONResponse(self.tokens(form["refresh_token"], ""))
        asked = self.codes.pop(form["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(self.tokens(asked["person"], asked["nonce"], acr=asked.get("acr_values", "1")))

    def say_changed_from_afar(self, *services: str) -> None:
        """The same from another thread than the one that serves."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self.say_changed, *services)

    def tokens(self, person: str, nonce: str, *, acr: str = "1") -> dict[str, Any]:
        now = int(time.time())
        lasting = {"iat": now, "exp": now + 300, "auth_time": now, "acr": acr}
        identity = {"iss": ISSUER, "sub": id_of(person), "aud": "chidao-portal", "typ": "ID", "nonce": nonce, **lasting, **self.says}
        return {
            "access_token": f"{person}:{uuid4().hex}",
            "refresh_token": person,
            "token_type": "Bearer",
            "id_token": jwt.encode({"alg": "ES256", "kid": self.key.kid}, identity, self.key),
            "expires_in": self.token_seconds,
        }

    # the services

    async def stream(self, service: str) -> Response:
        self.loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.streams.setdefault(service, []).append(queue)

        async def spoken() -> AsyncIterator[bytes]:
            yield b": connected\n\n"
            while True:
                yield f'data: {{"lists": {{"{await queue.get()}": null}}}}\n\n'.encode()

        return StreamingResponse(spoken(), media_type="text/event-stream")

    def say_changed(self, *services: str) -> None:
        for service in services:
            for queue in self.streams.get(service, []):
                queue.put_nowait(LISTS[service])

    async def serve(self, request: Request, service: str, path: str) -> Response:
        is_json = request.headers.get("content-type", "").startswith("application/json")
        body = json.loads(await request.body() or b"{}") if is_json else None
        self.queries.append(dict(request.query_params))
        self.asked.append(Asked(request.method, f"/{service}/{path}", dict(request.headers), body))
        if service in self.away:
            return JSONResponse({"code": "unavailable"}, 503)
        if (refusal := self.refuse.get(f"{request.method} /{service}/{path}")) is not None:
            status, problem = refusal
            return JSONResponse({"title": "", **problem}, status, media_type="application/problem+json")
        person = person_of(request.headers["authorization"].removeprefix("Bearer "))
        parts = path.split("/")
        if request.method != "GET":
            self.say_changed("tasks", "reporting", "notify", "directives")
        answer = (
            self.directives_(parts, body, request.method)
            if service == "directives"
            else self.tasks_(request, parts, body)
            if service == "tasks"
            else getattr(self, service)(request, parts, person, body)
        )
        if isinstance(answer, Response):
            return answer
        self.compare(request.method.lower(), service, path, answer)
        return JSONResponse(answer)

    def compare(self, method: str, service: str, path: str, answer: Any) -> None:
        """Note what the service's description does not promise of this answer."""
        description = self.described.get(service, {"paths": {}})
        asked = f"/{path}".split("/")
        for template, methods in description["paths"].items():
            parts = template.split("/")
            if (
                method in methods
                and len(parts) == len(asked)
                and all(p == a or p.startswith("{") for p, a in zip(parts, asked, strict=True))
            ):
                promised = next(one for status, one in methods[method]["responses"].items() if status.startswith("2"))
                schema = promised["content"]["application/json"]["schema"]
                self.unpromised += [f"{method} {template}{one}" for one in broken(answer, schema, description["components"]["schemas"])]
                return
        self.unpromised.append(f"{method} {service}/{path} is no route")

    def directory(self, request: Request, path: list[str], person: str, body: Any) -> Any:
        if path == ["me"]:
            return {
                "person": {"id": id_of(person), "name": PEOPLE[person][0]},
                "memberships": [self.membership(one) for one in self.memberships.get(person, [person])],
            }
        if path == ["agency-groups"]:
            return [{"key": "communes", "name": "Các xã, phường, đặc khu", "count": 2}]
        if path == ["named-agencies"]:
            return [self.recognised(name) for line in request.query_params.getlist("lines") for name in line.split(",")]
        if path == ["people"]:
            return {
                "items": [
                    {"id": id_of(key), "name": name, "position": position, "agency_id": id_of(agency)}
                    for key, (name, agency, position, _) in PEOPLE.items()
                ]
            }
        if path == ["agency-tree"]:
            return self.agency_tree(request, person)
        if path == ["ended-agencies"]:
            return {"items": [], "next_cursor": None, "total": 0}
        if path[0] == "reorganisations":
            return self.reorganisations(path, body)
        if path[0] == "agencies" and path[2:3] == ["aliases"]:
            return {"id": id_of("health"), "version": 2}
        if path[0] == "memberships" or (path[0] == "agencies" and path[2:] and (body is not None or path[2] != "people")):
            return self.management(path, person, body)
        if path[0] == "agencies" and len(path) > 1:
            return self.agency_record(path)
        if body is not None:
            return self.add_agency(body)
        asked = request.query_params.get("q", "").casefold()
        found = [self.agency(key) | LASTING for key, names in AGENCIES.items() if any(asked in name.casefold() for name in names[:2])]
        return {"items": found, "next_cursor": None, "total": len(found)}

    def reorganisations(self, path: list[str], body: Any) -> Any:
        """None was planned; whatever is planned concerns nobody."""
        if body is None:
            return self.not_found() if path[1:] else {"items": [], "next_cursor": None, "total": 0}
        if path[1:] == ["preview"]:
            nobody = dict.fromkeys(("people_moving", "heads_meeting", "people_without_place"), 0)
            return {"before": [], "after": [], "ending": [], "subordinates": [], "moves_by_itself": True, **nobody}
        return {"id": id_of("reorganisation"), "version": 1, "standing": "PLANNED"}

    def management(self, path: list[str], person: str, body: Any) -> Any:
        """Of an agency in which nobody is but a clerk, whom nobody here manages."""
        nobody: dict[str, Any] = {"items": [], "next_cursor": None, "total": 0}
        if body is not None:
            return {"id": id_of("membership"), "version": 2, "person_id": id_of("clerk"), "valid_to": None}
        if path[2:] == ["people-rights"]:
            return {"manages": False, "may_give": [], "may_name_head": False}
        if path[0] == "agencies":
            return nobody
        place = {"position": "Văn thư", "role": "AGENCY_CLERK", "is_head": False, "valid_from": None, "valid_to": None}
        whose = {
            "id": path[1],
            "version": 1,
            "person_id": id_of("clerk"),
            "name": "Ngân",
            "officer_code": None,
            "agency_id": id_of("health"),
        }
        return whose | place | {"may_change": False, "is_last_who_manages": False}

    def agency_tree(self, request: Request, person: str) -> Any:
        known = {name: value for name, value in LASTING.items() if name not in ("matched_alias", "successors")}
        items = [without(self.agency(key), "key") | known | {"is_within": True, "origins": []} for key in (*AGENCIES, *self.added)]
        may_add = ["WORKING_GROUP", "EXTERNAL"] if PEOPLE[person][3] == "SYSTEM_ADMIN" else []
        day = request.query_params.get("day", self.today.isoformat())
        return {"day": day, "items": items, "ended": 0, "may_add": may_add}

    def agency_record(self, path: list[str]) -> Any:
        key = next((key for key in (*AGENCIES, *self.added) if id_of(key) == path[1]), None)
        if key is None:
            return JSONResponse({"code": "not-found", "title": ""}, 404, media_type="application/problem+json")
        if path[2:] == ["people"]:
            those = [(name, position, role) for name, agency, position, role in PEOPLE.values() if agency == key]
            lasts = {"is_head": False, "valid_from": None, "valid_to": None}
            items = [{"id": id_of(name), "name": name, "position": position, "role": role} | lasts for name, position, role in those]
            return {"items": items, "next_cursor": None, "total": len(items)}
        nothing: dict[str, Any] = {name: [] for name in ("names", "codes", "parents", "came_from", "became")}
        return self.agency(key) | LASTING | nothing | {"version": 1, "may_see_people": key != "finance", "may_change": False}

    def add_agency(self, body: Any) -> Any:
        self.added[body["name"]] = (body["name"], body["short_name"], body["kind"])
        return {"id": id_of(body["name"]), "version": 1}

    def agency(self, key: str) -> dict[str, Any]:
        name, short_name, kind = {**AGENCIES, **self.added}[key]
        return {"id": id_of(key), "key": key, "name": name, "short_name": short_name, "kind": kind}

    def recognised(self, typed: str) -> dict[str, Any]:
        """By a part of its name: one agency is meant, several may be."""
        named = [
            self.agency(key) for key, names in AGENCIES.items() if any(typed.strip().casefold() in name.casefold() for name in names[:2])
        ]
        offers = [{name: one[name] for name in ("id", "name", "short_name")} for one in named]
        agency = offers[0] if len(offers) == 1 else None
        return {"typed": typed.strip(), "agency": agency, "was_called": None, "offers": [] if agency else offers}

    def membership(self, person: str) -> dict[str, Any]:
        _, agency, position, role = PEOPLE[person]
        return {"id": id_of(f"membership {person}"), "agency": self.agency(agency), "position": position, "role": role, "is_head": False}

    def notify(self, request: Request, path: list[str], person: str, body: Any) -> Any:
        if path == ["notices", "unread-count"]:
            of_task = request.query_params.get("task_id")
            return {"count": sum(not one["read"] and of_task in (None, one["task_id"]) for one in self.notices), "at_least": False}
        if request.method == "POST":
            for one in self.notices:
                of_task = path[1] == "of-task" and path[2] == one["task_id"]
                one["read"] = one["read"] or of_task or path[1] in (one["id"], "read-all")
            return {"count": sum(not one["read"] for one in self.notices), "at_least": False}
        asked = request.query_params
        listed = [
            one for one in self.notices if asked.get("kind", one["kind"]) in one["kind"] and not (one["read"] and asked.get("unread"))
        ]
        return {"items": listed, "next_cursor": None, "total": None}

    def directives_(self, path: list[str], body: Any, method: str) -> Any:
        if path == ["vocabulary"]:
            return {"fields": [{"key": "y-te", "name": "Y tế"}, {"key": "noi-vu", "name": "Nội vụ"}]}
        if path == ["directives"] and method == "GET":
            listed = [
                {**without(one, *ONLY_ON_ITS_PAGE), "instruction_count": len(one["instructions"]), "created_at": self.moment()}
                for one in self.directives.values()
            ]
            return {"items": listed, "next_cursor": None, "total": len(listed)}
        if path == ["directives"]:
            made = self.directive(body)
            return JSONResponse(made, 201)
        found = self.directives.get(path[1])
        if found is None:
            return self.problem(404, "not-found")
        if path[-1] == "release-summary":
            return self.summary or self.problem(409, "already-released")
        if path[-1] in ("recall", "now"):
            held, found["held"] = found["held"], None
            if held is None:
                return self.problem(409, "nothing-held")
            if path[-1] == "recall":
                return found
        elif path[-1] == "release" and self.hold_seconds:
            found["held"] = self.held("RELEASE")
            return found
        if path[-1] in ("release", "now"):
            found |= {"state": "RELEASED", "released_at": self.moment(), "version": found["version"] + 1}
            found["available_actions"] = [
                {**one, "allowed": False, "reason_code": "already-released"} for one in found["available_actions"]
            ]
            for one in found["instructions"]:
                self.assign(found, one)
        return found

    def directive(self, body: dict[str, Any]) -> dict[str, Any]:
        instructions = [
            {
                "field": None,
                "reporting_agency_id": None,
                "composed_group": None,
                "left_out_agency_ids": [],
                **one,
                "id": str(uuid4()),
                "ordinal": n,
                "lead_agency_ids": [],
            }
            for n, one in enumerate(body["instructions"], 1)
        ]
        actions = [{"action": name, "allowed": True, "reason_code": None} for name in ("CHANGE", "SUBMIT_FOR_RELEASE", "RELEASE")]
        made = {
            "another_document_reason": None,
            **body,
            "id": str(uuid4()),
            "version": 1,
            "state": "DRAFT",
            "released_at": None,
            "issuing_agency_id": id_of("office"),
            "held": None,
        }
        made |= {"instructions": instructions, "available_actions": actions, "created_by": id_of("membership tracker")}
        self.directives[made["id"]] = made
        return made

    def assign(self, directive: dict[str, Any], one: dict[str, Any], **more: Any) -> dict[str, Any]:
        lead = next((given["agency_id"] for given in one["assignments"] if given["role"] == "LEAD"), None)
        task = {
            **{name: one[name] for name in ("id", "ordinal", "content", "deliverable", "deadline_class", "deadline_wording", "due")},
            "code": f"NV-{1000 + len(self.tasks)}",
            "version": 1,
            "state": "ASSIGNED",
            "bucket": "open_in_time" if one["due"] else "open_undated",
            "is_group": False,
            "parent_id": None,
            "group_id": None,
            "field": one["field"],
            "group_name": None,
            "left_out": 0,
            "directive": {name: directive[name] for name in ("id", "number", "notation", "kind", "subject", "issue_date", "urgency")}
            | {"label": "5425/UBND-KGVX"},
            "original_due": one["due"],
            "assigned_on": self.today.isoformat(),
            "percent": 0,
            "last_reported_at": None,
            "submitted_at": None,
            "completed_on": None,
            "return_count": 0,
            "lead_agency_id": lead,
            "reporting_agency_id": one["reporting_agency_id"],
            "relation": "LEAD",
            "children_summary": None,
            "deadline": {"kind": "in_time" if one["due"] else "undated", "days_overdue": 0, "working_days_left": 5},
            "flags": [],
            "receipt_code": None,
            "assignments": one["assignments"],
            "result": None,
            "results": [],
            "held": None,
            "left_to_others": [],
            "history": None,
            **more,
        }
        self.tasks[task["id"]] = task
        self.happen(task, "task-assigned", None, None)
        return task

    def happen(self, task: dict[str, Any], kind: str, person: str | None, agency: str | None, **more: Any) -> None:
        self.histories.setdefault(task["id"], []).append(
            {
                "version": task["version"],
                "type": f"chidao.tasks.{kind}.v1",
                "occurred_at": self.moment(),
                "recorded_at": self.moment(),
                "actor_person_id": person and id_of(person),
                "actor_role": "",
                "agency_id": agency and id_of(agency),
                "state": task["state"],
                "percent": task["percent"],
                "change": {},
                "progress": None,
                "receipt_code": None,
                **more,
            }
        )

    def tasks_(self, request: Request, path: list[str], body: Any) -> Any:
        listed = list(self.tasks.values())
        query = request.query_params
        if path == ["tasks", "counts"]:
            return {
                "total": len(listed),
                "due_soon": self.count("deadline", "due_soon"),
                "by_state": self.counts("state"),
                "by_bucket": self.counts("bucket"),
            }
        if path == ["tasks", "awaiting-decision"]:
            return self.awaiting_decision(int(query["limit"]), int(query.get("cursor", 0)))
        if path == ["tasks"]:
            for name in ("state", "bucket", "directive_id"):
                if query.get(name):
                    listed = [one for one in listed if (one["directive"]["id"] if name == "directive_id" else one[name]) == query[name]]
            return {"items": self.rows_of(listed), "next_cursor": None, "total": len(listed)}
        if path == ["successions", "open-work"]:
            return {
                "items": [{"agency_id": one, "leads": 0, "coordinates": 0} for one in query.getlist("agency_ids")],
                "becoming_one": 0,
            }
        if path == ["successions", "progress"]:
            return {"passed_on": 0, "leads_to_pass_on": 0, "awaiting_lead": 0}
        if path == ["successions", "awaiting-lead"]:
            return {"items": [], "next_cursor": None, "total": 0}
        if path[0] == "receipts":
            found = next((one for one in listed if one["receipt_code"] == path[1]), None)
            told = {"version": 2, "type": "chidao.tasks.progress-reported.v1", "received_at": self.moment()}
            return {"code": path[1], "task_id": found["id"], "task_code": found["code"], **told} if found else self.not_found()
        if path[0] == "files":
            return Response(b"%PDF-1.4", media_type="application/pdf", headers={"Content-Disposition": "attachment; filename=a.pdf"})
        if path[1] not in self.tasks:
            return self.not_found()
        task = self.tasks[path[1]]
        if path[-1] == "history":
            return self.histories[task["id"]]
        if path[-1] == "children":
            return {"items": [], "next_cursor": None, "total": 0}
        if request.method == "GET":
            asked = {"history": self.histories[task["id"]]} if query.get("history") else {}
            return task | {"available_actions": self.actions_of(task)} | asked
        if path[-1] == "files":
            return JSONResponse({"id": str(uuid4()), "name": "bao-cao.pdf", "media_type": "application/pdf", "size": 8, "sha256": ""}, 201)
        if path[-1] in ("recall", "now"):
            held, task["held"] = task["held"], None
            if held is None:
                return self.problem(409, "nothing-held")
            decided = self.decisions.pop(task["id"])
            return self.act(task, *decided) if path[-1] == "now" else task | {"available_actions": self.actions_of(task)}
        if request.headers.get("if-match") != f'"{task["version"]}"':
            return self.problem(412, "stale-version", present_version=task["version"])
        if self.hold_seconds and path[-1] in ("confirm", "return"):
            self.decisions[task["id"]] = (path[-1], body)
            task["held"] = self.held("CONFIRM" if path[-1] == "confirm" else "RETURN_RESULT")
            return task | {"available_actions": self.actions_of(task)}
        return self.act(task, path[-1], body)

    def rows_of(self, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        left_out = ("result", "results", "assignments", "left_to_others", "history")
        return [without(one, *left_out) | {"available_actions": self.actions_of(one)} for one in tasks]

    def awaiting_decision(self, limit: int, begin: int) -> dict[str, Any]:
        waiting = [one for one in self.tasks.values() if one["state"] == "AWAITING_CONFIRMATION"]
        waiting = [one for one in waiting if one["held"] is None or one["held"]["void_because"]]
        waiting.sort(key=lambda one: one["submitted_at"])
        end = begin + limit
        cursor = str(end) if len(waiting) > end else None
        return {"items": self.rows_of(waiting[begin:end]), "next_cursor": cursor, "total": len(waiting)}

    def held(self, kind: str) -> dict[str, Any]:
        waits = {"seconds_left": self.hold_seconds, "is_own": True, "void_because": None}
        return {"id": str(uuid4()), "kind": kind, "by": id_of("membership tracker"), "acted_at": self.moment(), **waits}

    def act(self, task: dict[str, Any], act: str, body: Any) -> Any:
        task["version"] += 1
        receipt = f"{task['code'][3:]}-{task['version']:03}X"
        states = {
            "accept": "ACCEPTED",
            "progress": "IN_PROGRESS",
            "results": "AWAITING_CONFIRMATION",
            "confirm": "COMPLETED",
            "return": "RESULT_RETURNED",
        }
        task["state"] = states[act]
        if act == "progress":
            task |= {"percent": body["percent"], "last_reported_at": self.moment(), "receipt_code": receipt}
            self.happen(task, "progress-reported", "clerk", "health", progress=body, receipt_code=receipt)
        elif act == "results":
            result = {**body, "number": 1, "submitted_by": id_of("clerk"), "submitted_at": self.moment(), "decision": "WAITING"}
            result |= {"decided_by": None, "decided_at": None, "return_reason": None, "quality": None, "comment": None}
            task |= {
                "result": result,
                "results": [result],
                "submitted_at": self.moment(),
                "receipt_code": receipt,
                "last_reported_at": self.moment(),
            }
            task["deadline"]["kind"] = "awaiting"
            change = {"result_number": 1, "report_number": body["report_number"], "report_date": body["report_date"]}
            self.happen(task, "result-submitted", "clerk", "health", change=change, receipt_code=receipt)
        elif act == "confirm":
            task |= {"bucket": "completed_on_time", "completed_on": self.today.isoformat()}
            task["deadline"]["kind"] = "done_on_time"
            task["result"] |= {"decision": "CONFIRMED", **body}
            self.happen(task, "result-confirmed", "tracker", "office", change={"result_number": 1, "quality": body["quality"]})
        elif act == "return":
            task["deadline"]["kind"] = "in_time"
            task["result"] |= {"decision": "RETURNED", "return_reason": body["reason"]}
            self.happen(task, "result-returned", "tracker", "office", change={"result_number": 1, "reason": body["reason"]})
        else:
            self.happen(task, "task-accepted", "clerk", "health")
        return task | {"available_actions": self.actions_of(task)}

    def actions_of(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        allowed = {
            "ASSIGNED": ("ACCEPT",),
            "ACCEPTED": ("REPORT_PROGRESS", "SUBMIT_RESULT"),
            "IN_PROGRESS": ("REPORT_PROGRESS", "SUBMIT_RESULT"),
            "AWAITING_CONFIRMATION": ("CONFIRM", "RETURN_RESULT"),
            "RESULT_RETURNED": ("SUBMIT_RESULT",),
            "COMPLETED": (),
        }[task["state"]]
        everything = ("ACCEPT", "REPORT_PROGRESS", "SUBMIT_RESULT", "CONFIRM", "RETURN_RESULT")
        return [
            {"action": one, "allowed": one in allowed, "reason_code": None if one in allowed else "action-not-allowed"}
            for one in everything
        ]

    def reporting(self, request: Request, path: list[str], person: str, body: Any) -> Any:
        if path == ["figures"]:
            if request.query_params.get("as_of", self.today.isoformat()) < self.today.isoformat():
                return self.figures_a_week_ago()
            agencies = {one["lead_agency_id"] for one in self.tasks.values()} - {None}
            return {
                "as_of": self.today.isoformat(),
                "known_on": self.today.isoformat(),
                "generated_at": self.moment(),
                "rules": RULES,
                "province": self.figures(),
                "assignments_total": self.figures(),
                "agencies": [{"agency_id": one, **self.figures(one), **self.open_dues(one)} for one in sorted(agencies)],
            }
        if path == ["figures", "series"]:
            days = [self.today - timedelta(weeks=back) for back in (1, 0)]
            return {
                "generated_at": self.moment(),
                "rules": RULES,
                "points": [{"as_of": day.isoformat(), "province": self.figures()} for day in days],
            }
        if path == ["late-releases"]:
            return self.late_releases
        if path == ["rates"]:
            return [{"name": "R3c", "label": "Đúng hạn trên số hoàn thành có thời hạn", "formula": "đúng hạn / có hạn", "shown": True}]
        bucket = request.query_params["bucket"]
        rows = [
            self.counted(one)
            for one in self.tasks.values()
            if bucket in ("N", one["bucket"]) or (bucket == "C" and one["bucket"].startswith("completed"))
        ]
        if path == ["figures", "changes"]:
            # A week ago nothing was assigned.
            return {
                "since": request.query_params["since"],
                "as_of": self.today.isoformat(),
                "known_on": self.today.isoformat(),
                "before": 0,
                "now": len(rows),
                "entered": {"counted": len(rows), "total": len(rows), "items": rows},
                "left": {"counted": 0, "total": 0, "items": []},
            }
        return {
            "as_of": self.today.isoformat(),
            "known_on": self.today.isoformat(),
            "counted": len(rows),
            "total": len(rows),
            "items": rows,
            "next_cursor": None,
        }

    def counted(self, one: dict[str, Any]) -> dict[str, Any]:
        kept = {
            name: one[name]
            for name in ("code", "is_group", "content", "lead_agency_id", "state", "bucket", "assigned_on", "due", "completed_on")
        }
        kept["due_soon"] = one["deadline"]["kind"] == "due_soon"
        summary = one["children_summary"]
        kept["parts"] = {"total": summary["total"], "kinds": summary["kinds"]} if summary else None
        return {**kept, "task_id": one["id"], "directive_id": one["directive"]["id"], "directive_label": "5425/UBND-KGVX"}

    def figures_a_week_ago(self) -> dict[str, Any]:
        """Nothing but what `overdue_a_week_ago` says of each agency."""
        nothing = {**dict.fromkeys(NUMBERS, 0), "rates": {}}
        counts = self.overdue_a_week_ago
        province = {**nothing, "open_overdue": sum(counts.values())}
        day = (self.today - timedelta(weeks=1)).isoformat()
        return {
            "as_of": day,
            "known_on": day,
            "generated_at": self.moment(),
            "rules": RULES,
            "province": province,
            "assignments_total": province,
            "agencies": [{"agency_id": agency, **nothing, "open_overdue": count, **NO_DUES} for agency, count in counts.items()],
        }

    def figures(self, agency: str | None = None) -> dict[str, Any]:
        counts = self.counts("bucket", agency)
        on_time, late = counts.get("completed_on_time", 0), counts.get("completed_late", 0)
        rate = {
            "value": f"{on_time / (on_time + late) * 100:.2f}" if on_time + late else None,
            "numerator": on_time,
            "denominator": on_time + late,
        }
        names = ("completed_on_time", "completed_late", "completed_undated", "open_in_time", "open_overdue", "open_undated")
        totals = {"N": sum(counts.values()), "C": on_time + late + counts.get("completed_undated", 0)}
        soon = self.count("deadline", "due_soon", agency)
        return {
            **{name: counts.get(name, 0) for name in names},
            **totals,
            "U": totals["N"] - totals["C"],
            "due_soon": soon,
            "due_later": counts.get("open_in_time", 0) - soon,
            "rates": {"R3c": rate},
        }

    def open_dues(self, agency: str) -> dict[str, Any]:
        dues = sorted(
            one["due"] for one in self.tasks.values() if one["due"] and one["lead_agency_id"] == agency and one["bucket"].startswith("open")
        )
        return {**NO_DUES, "open_dues": [{"due": due, "count": dues.count(due)} for due in dict.fromkeys(dues)]}

    def counts(self, name: str, agency: str | None = None) -> dict[str, int]:
        values = [one[name] for one in self.tasks.values() if agency in (None, one["lead_agency_id"])]
        return {value: values.count(value) for value in set(values)}

    def count(self, name: str, kind: str, agency: str | None = None) -> int:
        return sum(one[name]["kind"] == kind for one in self.tasks.values() if agency in (None, one["lead_agency_id"]))

    def moment(self) -> str:
        return datetime.now(UTC).isoformat()

    def not_found(self) -> Response:
        return self.problem(404, "not-found")

    def problem(self, status: int, code: str, **more: Any) -> Response:
        return JSONResponse({"code": code, "title": "", "status": status, **more}, status, media_type="application/problem+json")
