"""Everything in the databases as words that can be compared: ids and moments are told by what they stand for."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from embedded.postgres import Address
from libs.common.clock import vietnam_date
from seed.loading import SERVICES
from seed.rows.messages import followers

LONGEST_WAY = 60.0
Rows = dict[str, Counter[str]]
"""Service and table → its rows, each as words."""

# What a seed does not bring: keys of commands that nobody will repeat, what every start has from the directory, and the schema.
OF_THE_DIRECTORY = {"agency_replica", "membership_replica", "province_setting_replica", "working_calendar_replica"}
OF_THE_SCHEMA = {"alembic_version", "schema_promise", "stream_meta", "derivation"}
NOT_SEEDED = {"command_key", *OF_THE_DIRECTORY, *OF_THE_SCHEMA}
# Numbers by order of writing, transactions, and traces.
NOT_COMPARED = {"seq", "tx_id", "traceparent"}
NUMBERED = {("audit_entry", "id"), ("notice", "number")}
MACHINE_TIMES = {"created_at", "recorded_at", "applied_at", "heard_at", "read_at", "started_at"}
BUSINESS_TIMES = {("notice", "created_at")}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r'"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d(?::?\d\d)?)"')


def as_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


Addresses = Mapping[str, str]


def addresses_in(cluster: Address) -> Addresses:
    return {service: cluster.dsn(f"chidao_{service}", driver="postgresql") for service in SERVICES}


async def everybody_has_followed(cluster: Address) -> None:
    """Until every event of the feeds has taken effect in every consumer, and every sweep has come to the end."""
    addresses = addresses_in(cluster)
    connections = {service: await asyncpg.connect(address) for service, address in addresses.items()}
    try:
        async with asyncio.timeout(LONGEST_WAY):
            while not await _followed(connections):
                await asyncio.sleep(0.1)
    finally:
        for connection in connections.values():
            await connection.close()


async def _followed(connections: Mapping[str, asyncpg.Connection]) -> bool:
    for source in ("directives", "tasks"):
        if await connections[source].fetchval("SELECT count(*) FROM outbox"):
            return False
        end = await connections[source].fetchval("SELECT max(seq) FROM event_log")
        events = await connections[source].fetchval("SELECT count(*) FROM event_log")
        for service, consumer in followers(source):
            asked = (consumer.name, source)
            taken = await connections[service].fetchval("SELECT count(*) FROM inbox WHERE consumer = $1 AND source = $2", *asked)
            read = await connections[service].fetchval("SELECT seq FROM feed_position WHERE consumer = $1 AND source = $2", *asked)
            if taken != events or read != end:
                return False
    return True


async def all_rows(addresses: Addresses) -> Rows:
    """Every row of every seeded table."""
    read = {service: await _tables(address) for service, address in addresses.items()}
    names = _names(read)
    ends = {source: max((row["seq"] for row in read[source]["event_log"]), default=0) for source in ("directives", "tasks")}
    found: Rows = {}
    for service, tables in read.items():
        for table, rows in tables.items():
            if table not in NOT_SEEDED:
                kept = [row for row in rows if row.get("source") != "directory"]
                if table == "feed_position":
                    kept = [{**row, "epoch": row["epoch"], "read_to_the_end": row["seq"] == ends[row["source"]]} for row in kept]
                found[f"{service}.{table}"] = Counter(_words(table, row, names) for row in kept)
    return found


async def _tables(address: str) -> dict[str, list[dict[str, Any]]]:
    connection = await asyncpg.connect(address)
    try:
        tables = [row["tablename"] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return {
            table: [json.loads(row["words"]) for row in await connection.fetch(f"SELECT row_to_json(t)::text AS words FROM {table} t")]
            for table in tables
        }
    finally:
        await connection.close()


def _names(read: dict[str, dict[str, list[dict[str, Any]]]]) -> dict[str, str]:
    """What each id and request stands for."""
    names: dict[str, str] = {}
    for row in read["directives"]["directive"]:
        names[row["id"]] = f"document {row['subject']}"
    for row in read["directives"]["instruction"]:
        names[row["id"]] = f"{names[row['directive_id']]} {row['ordinal']}"
    for row in sorted(read["tasks"]["task"], key=lambda one: one["parent_id"] is not None):
        if row["parent_id"]:
            names[row["id"]] = f"{names[row['parent_id']]} of {row['lead_agency_id']}"
    for row in read["tasks"]["overdue_told"]:
        names[str(uuid5(UUID(row["task_id"]), row["due"]))] = f"{row['due']} of {names.get(row['task_id'], '?')} told"
    for row in read["tasks"]["result"]:
        names[row["file_id"]] = f"file of {names.get(row['task_id'], '?')} {row['number']}"
    for row in read["notify"]["notice"]:
        names[row["id"]] = f"notice to {row['agency_id']} of {names.get(row['aggregate_id'], row['aggregate_id'])} {row['version']}"
        if row["source"] == "notify":
            names[row["id"]] = f"notice that gathers {row['detail']['day']} of {names.get(row['task_id'], 'no group')}"
    for source in ("directives", "tasks"):
        # An instruction of a draft that was changed since is gone, and its id is in its events only.
        for row in sorted(
            read[source]["event_log"], key=lambda one: (one["aggregate_type"], names.get(one["aggregate_id"], ""), one["version"])
        ):
            subject = names.get(row["aggregate_id"], "?")
            names[row["event_id"]] = f"event {subject} {row['version']}"
            names.setdefault(row["correlation_id"], f"request of {subject} {row['version']}")
            if row["aggregate_type"] == "directive":
                for place, instruction in enumerate(row["payload"]["state"]["instruction_ids"], start=1):
                    names.setdefault(instruction, f"former {subject} {place}")
    return names


def _words(table: str, row: dict[str, Any], names: dict[str, str]) -> str:
    told = {}
    for column, value in row.items():
        if column in NOT_COMPARED or (table, column) in NUMBERED:
            continue
        if column in MACHINE_TIMES and (table, column) not in BUSINESS_TIMES:
            told[column] = "some time" if value is not None else None
        elif isinstance(value, str) and value.startswith("overdue-"):
            # What is found in one round is told in one transaction.
            told[column] = "a round of the scheduler"
        elif isinstance(value, str) and value in names:
            told[column] = names[value]
        else:
            told[column] = value
    words = json.dumps(told, ensure_ascii=False, sort_keys=True)
    words = _ID.sub(lambda found: names.get(found[0], found[0]), words)
    return _MOMENT.sub(_day, words)


def _day(found: re.Match[str]) -> str:
    """The moments differ by how long a request takes, the days must not."""
    zone = found[3] if found[3] == "Z" or len(found[3]) > 3 else f"{found[3]}:00"
    return f'"on {vietnam_date(datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}"))}"'


def differences(one: Rows, other: Rows, *, most: int = 12) -> list[str]:
    """What only one of the two has, by table; empty when they are the same."""
    found = []
    for table in sorted(one | other):
        left, right = one.get(table, Counter()), other.get(table, Counter())
        found += [f"{table}: only there: {row}" for row in (right - left).elements()][:most]
        found += [f"{table}: only here: {row}" for row in (left - right).elements()][:most]
    return found
