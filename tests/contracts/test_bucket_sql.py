"""The case table against the rule as SQL, in PostgreSQL."""

from dataclasses import astuple
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.db import Database
from libs.contracts.bucket_cases import CASES, GROUP_CASES
from libs.contracts.buckets import Standing, bucket_sql, children_sql, due_soon_sql, group_bucket_sql, is_due_soon
from libs.contracts.working_days import due_soon_until
from tests.conftest import NewDatabase

COLUMNS = "state, assigned_on, due, submitted_on, completed_on"
TYPES = ("text", "date", "date", "date", "date")


@pytest.fixture
async def database(new_database: NewDatabase) -> Database:
    return await new_database("law")


def row(name: str) -> str:
    return ", ".join(f"CAST(:{name}_{column} AS {kind})" for column, kind in enumerate(TYPES))


def values(name: str, task: Standing) -> dict[str, Any]:
    return {f"{name}_{column}": value for column, value in enumerate(astuple(task))}


async def answer(connection: AsyncConnection, sql: str, **parameters: Any) -> Any:
    return (await connection.execute(text(sql), parameters)).scalar_one()


async def test_cases(database: Database) -> None:
    async with database.read() as connection:
        found = {
            case.rule: await answer(
                connection,
                f"SELECT {bucket_sql('t', awaiting_counts_as=case.awaiting_counts_as)} FROM (VALUES ({row('t')})) AS t ({COLUMNS})",
                as_of=case.as_of,
                **values("t", case.task),
            )
            for case in CASES
        }
    assert found == {case.rule: case.bucket for case in CASES}


async def test_group_cases(database: Database) -> None:
    found = {}
    async with database.read() as connection:
        for case in GROUP_CASES:
            children = " UNION ALL ".join(f"SELECT {row(f'c{index}')}" for index in range(len(case.children)))
            sql = f"""
            SELECT {group_bucket_sql("g", "children")} FROM (VALUES ({row("g")})) AS g ({COLUMNS})
            LEFT JOIN (
              SELECT {children_sql("c", bucket=bucket_sql("c"))} FROM ({children or f"SELECT {row('g')} WHERE false"}) AS c ({COLUMNS})
            ) AS children ON true
            """
            parameters = values("g", case.group)
            for index, child in enumerate(case.children):
                parameters |= values(f"c{index}", child)
            found[case.rule] = await answer(connection, sql, as_of=case.as_of, **parameters)
    assert found == {case.rule: case.bucket for case in GROUP_CASES}


async def test_due_soon(database: Database) -> None:
    sql = f"SELECT {due_soon_sql('CAST(:bucket AS text)', 'CAST(:due AS date)')}"
    async with database.read() as connection:
        found = {
            case.rule: await answer(
                connection, sql, bucket=case.bucket, due=case.task.due, as_of=case.as_of, due_soon_until=due_soon_until(case.as_of)
            )
            for case in CASES
        }
    assert found == {case.rule: is_due_soon(case.bucket, case.task.due, case.as_of, due_soon_until(case.as_of)) for case in CASES}
    assert set(found.values()) == {True, False}
