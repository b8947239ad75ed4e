"""`python -m bench accounts`: a province's agencies and people into a fresh Keycloak on PostgreSQL, again, and after a kill."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from joserfc.jwk import ECKey
from sqlalchemy import text

from embedded.keycloak import OPERATOR, Keycloak, start_keycloak
from embedded.postgres import start_cluster
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.migrate import migrate
from libs.keycloak.administration import administration
from realm.applying import apply
from realm.description import Place, Realm, clients_of, wanted_realm
from services.directory.accounts.server import KeycloakAccounts
from services.directory.accounts.stepping import Step, drift, quietly, step_everything
from system.applications import SERVICES
from system.databases import owner_of, runner_of

DATABASE = "chidao_directory"
AGENCIES, PEOPLE = 150, 10_000
PORTAL_URL = "http://127.0.0.1:8700"
# One in twenty holds two posts.
FILL = (
    """
    INSERT INTO agency (id, version, key, name, short_name, kind, scope, valid_from, sort_key)
    SELECT gen_random_uuid(), 1, 'co-quan-' || n, 'Cơ quan số ' || n, 'CQ ' || n, 'COMMUNE', 'tinh', NULL, lpad(CAST(n AS text), 4, '0')
    FROM generate_series(1, :agencies) n
    """,
    """
    INSERT INTO person (id, username, name, officer_code, is_demo)
    SELECT gen_random_uuid(), 'can.bo.' || n, 'Cán bộ số ' || n, 'CB-' || lpad(CAST(n AS text), 6, '0'), false
    FROM generate_series(1, :people) n
    """,
    """
    INSERT INTO membership (id, version, person_id, agency_id, position, role, is_head, valid_from)
    SELECT gen_random_uuid(), 1, p.id, a.id, 'Chuyên viên', 'AGENCY_OFFICER', false, NULL
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM person) p
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM agency) a
      ON a.n = p.n % :agencies + 1 OR (p.n % 20 = 0 AND a.n = (p.n + 7) % :agencies + 1)
    """,
)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench accounts")
    parser.add_argument("--agencies", type=int, default=AGENCIES, metavar="N")
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N")
    parser.add_argument("--killed-after", type=float, default=60.0, metavar="SECONDS")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cluster = start_cluster(folder / "cluster")
        keycloak = None
        try:
            keycloak = start_keycloak(folder / "keycloak", tell=print)
            url = cluster.dsn(DATABASE, runner_of(DATABASE))
            asyncio.run(_measured(keycloak, cluster.dsn(DATABASE, owner_of(DATABASE)), url, given.agencies, given.people))
            asyncio.run(_killed(keycloak, url, folder, given.killed_after))
        finally:
            if keycloak is not None:
                keycloak.stop()
            cluster.stop()


async def _measured(keycloak: Keycloak, owner_url: str, url: str, agencies: int, people: int) -> None:
    await migrate("services.directory", owner_url)
    database = Database(url)
    async with database.begin() as connection:
        for statement in FILL:
            await connection.execute(text(statement), {"agencies": agencies, "people": people})
    realm = _realm("chidao")
    async with administration(keycloak.url, operator=OPERATOR, password=keycloak.password, realm=realm.name) as server:
        began = time.monotonic()
        await apply(server, realm)
        told("the realm", began)
        for which in ("everything", "again, nothing to change"):
            began, steps = time.monotonic(), dict[Step, tuple[float, float, int]]()

            def progress(step: Step, done: int, _total: int, steps: dict[Step, tuple[float, float, int]] = steps) -> None:
                first = steps[step][0] if step in steps else time.monotonic()
                steps[step] = (first, time.monotonic(), done)

            stepped = await step_everything(database, KeycloakAccounts(server), Clock().today(), progress=progress)
            told(f"{which}: {sum(stepped.mended.values())} mended, {len(stepped.left)} left, {len(stepped.refused)} refused", began)
            for step, (first, last, done) in steps.items():
                print(f"    {step.value}: {done} in {last - first:.0f} s", flush=True)
        began = time.monotonic()
        await drift(database, KeycloakAccounts(server), Clock().today(), progress=quietly)
        told("the report", began)
    await database.dispose()


async def _killed(keycloak: Keycloak, url: str, folder: Path, after: float) -> None:
    """In the realm made anew, by the command as an operator gives it: ids are one for all realms of a server."""
    realm = _realm("chidao")
    async with administration(keycloak.url, operator=OPERATOR, password=keycloak.password, realm=realm.name) as server:
        await server.delete("")
        await apply(server, realm)
    secret = folder / "operator.password"
    secret.write_text(keycloak.password)
    command = [
        *(sys.executable, "-c", "from chidao.main import app; app()", "people", "apply", "--realm", realm.name),
        *("--url", keycloak.url, "--password-file", str(secret), "--directory-url", url),
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    await asyncio.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    for which in ("after the kill", "once more"):
        began = time.monotonic()
        done = await asyncio.to_thread(subprocess.run, command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        print(done.stdout, flush=True)
        told(f"{which} (ended with {done.returncode})", began)


def _realm(name: str) -> Realm:
    described = wanted_realm(SERVICES, Place(PORTAL_URL, {client: ECKey.generate_key("P-256") for client in clients_of(SERVICES)}))
    return replace(described, name=name, settings={**described.settings, "realm": name})


def told(what: str, began: float) -> None:
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)
