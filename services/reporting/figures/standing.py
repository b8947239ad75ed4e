"""Where every counted task stands on the days asked for, as one SQL text that counts and lists alike.

A figure and the list behind it are the same rows: both select from `counted`, and nothing in this service adds a counter up.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from libs.contracts.buckets import AwaitingCountsAs, bucket_sql, children_sql, due_soon_sql, group_bucket_sql
from libs.contracts.province import ProvinceRules


@dataclass(frozen=True)
class Day:
    """How it stood is two questions (rulebook 1.5): cut at the end of `as_of`, with what had been entered by the end of `known_on`."""

    as_of: date
    known_on: date


_IN_TIME = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE

# What is known today is the newest row of each task. What was known on an earlier day is, for each task, the highest version
# that had happened by then: a fact counts from its own day until the first day of any later version.
_KNOWN_TODAY = "task_now AS known"
_KNOWN_THEN = """(
    SELECT task_fact.*, min(known_on) OVER (
      PARTITION BY source, id ORDER BY version ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS superseded_on
    FROM task_fact) AS known
    ON known.known_on <= asked.known_on AND coalesce(known.superseded_on > asked.known_on, true)"""


def counts_for(task: str) -> str:
    """The agency in whose figures it counts: its lead, or none where another reports in the lead's place (rulebook 1.14)."""
    return f"CASE WHEN {task}.reporting_agency_id IS NULL THEN {task}.lead_agency_id END"


def days_asked(rules: ProvinceRules, *days: Day) -> dict[str, Any]:
    """The parameters of `counted_sql`: each day is judged by the rules valid on it."""
    return {
        "as_of_days": [day.as_of for day in days],
        "known_on_days": [day.known_on for day in days],
        "due_soon_days": [rules.due_soon_until(day.as_of) for day in days],
        "by_date_days": [rules.on(day.as_of).awaiting_counts_as is AwaitingCountsAs.BY_DATE for day in days],
    }


def counted_sql(*, known_today: bool) -> str:
    """The start of a query: `WITH …, counted AS (…)`, one row for each day asked, task and place where it counts.

    The province counts rows `in_province` (ungrouped tasks and parents of groups), agencies those with `NOT is_group`
    by `lead_agency_id`: an instruction to all communes is one task for the province and one for each commune.
    """
    known = f"asked CROSS JOIN {_KNOWN_TODAY}" if known_today else f"asked JOIN {_KNOWN_THEN}"
    by_date, in_time = (bucket_sql("known", "asked.as_of", awaiting_counts_as=one) for one in (AwaitingCountsAs.BY_DATE, _IN_TIME))
    leaf_bucket = f"CASE WHEN asked.by_date THEN {by_date} ELSE {in_time} END"
    group_bucket = group_bucket_sql("parent", "children", "parent.as_of")
    return f"""
WITH asked AS (
  SELECT ordinality AS day, as_of, known_on, due_soon_until, by_date
  FROM unnest(CAST(:as_of_days AS date[]), CAST(:known_on_days AS date[]), CAST(:due_soon_days AS date[]), CAST(:by_date_days AS bool[]))
       WITH ORDINALITY AS asked (as_of, known_on, due_soon_until, by_date, ordinality)),
standing AS (
  SELECT asked.day, asked.as_of, asked.due_soon_until, known.id, known.is_group, known.parent_id, {counts_for("known")} AS lead_agency_id,
         known.lead_agency_id AS shown_lead_id, known.state, known.assigned_on, known.due, known.completed_on,
         CASE WHEN NOT known.is_group THEN {leaf_bucket} END AS bucket
  FROM {known}),
children AS (
  SELECT child.day, child.parent_id, {children_sql("child", "child.as_of", bucket="child.bucket")}
  FROM standing AS child WHERE child.parent_id IS NOT NULL GROUP BY child.day, child.parent_id),
counted AS (
  SELECT day, id, false AS is_group, parent_id IS NULL AS in_province, lead_agency_id, shown_lead_id, state, assigned_on, due,
         CASE WHEN bucket LIKE 'completed%' THEN completed_on END AS completed_on, bucket,
         {due_soon_sql("bucket", "due", "as_of", "due_soon_until")} AS due_soon
  FROM standing WHERE bucket IS NOT NULL
  UNION ALL
  SELECT day, id, true, true, NULL, NULL, NULL, assigned_on, due,
         CASE WHEN bucket LIKE 'completed%' THEN last_completed_on END, bucket,
         {due_soon_sql("bucket", "due", "as_of", "due_soon_until")}
  FROM (
    SELECT parent.day, parent.as_of, parent.due_soon_until, parent.id, parent.assigned_on, parent.due,
           children.last_completed_on, {group_bucket} AS bucket
    FROM standing AS parent LEFT JOIN children ON children.day = parent.day AND children.parent_id = parent.id
    WHERE parent.is_group) AS parents
  WHERE bucket IS NOT NULL)
"""
