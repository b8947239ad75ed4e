"""The tables of messaging.md as statements for a service's first migration. A service that publishes takes PUBLISHING,
one that consumes takes CONSUMING; `append_only` guards a table that is only ever added to."""

from collections.abc import Iterator

APPEND_ONLY_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def append_only(table: str) -> str:
    """`migrate` reads this trigger's name to withhold UPDATE and DELETE from the running role as well."""
    return f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"


PUBLISHING = (
    """
    CREATE TABLE stream_meta (
      source text NOT NULL, epoch int NOT NULL, system_id text NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(), reason text NOT NULL,
      PRIMARY KEY (source, epoch))
    """,
    """
    CREATE TABLE event_log (
      seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
      epoch int NOT NULL DEFAULT 1,
      event_id uuid NOT NULL UNIQUE,
      aggregate_type text NOT NULL,
      aggregate_id uuid NOT NULL,
      version int NOT NULL CHECK (version > 0),
      type text NOT NULL,
      payload jsonb NOT NULL,
      actor text NOT NULL,
      correlation_id text NOT NULL,
      causation_id text,
      traceparent text,
      occurred_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      tx_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
      PRIMARY KEY (epoch, aggregate_id, version))
    """,
    "CREATE INDEX event_log_feed ON event_log (epoch, tx_id, seq)",
    """
    CREATE TABLE outbox (
      seq bigint PRIMARY KEY REFERENCES event_log (seq),
      attempts int NOT NULL DEFAULT 0,
      last_error text,
      not_before timestamptz NOT NULL DEFAULT '-infinity')
    """,
    """
    CREATE TABLE command_key (
      principal text NOT NULL, key text NOT NULL, method_path text NOT NULL, body_sha256 bytea NOT NULL,
      status int NOT NULL, aggregate_id uuid, version int, created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (principal, key))
    """,
    """
    CREATE TABLE audit_entry (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      event_id uuid NOT NULL UNIQUE,
      epoch int NOT NULL, aggregate_id uuid NOT NULL, version int NOT NULL, action text NOT NULL,
      actor text NOT NULL, role text NOT NULL, membership_id uuid, agency_id uuid,
      occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(), request_id text)
    """,
    "CREATE INDEX audit_entry_aggregate ON audit_entry (aggregate_id, version)",
)

CONSUMING = (
    """
    CREATE TABLE inbox (
      consumer text NOT NULL, source text NOT NULL, epoch int NOT NULL, aggregate_id uuid NOT NULL, version int NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (consumer, source, epoch, aggregate_id, version))
    """,
    """
    CREATE TABLE feed_position (
      consumer text NOT NULL, source text NOT NULL,
      epoch int NOT NULL DEFAULT 0, tx_id numeric NOT NULL DEFAULT 0, seq bigint NOT NULL DEFAULT 0,
      heard_at timestamptz NOT NULL DEFAULT '-infinity',
      PRIMARY KEY (consumer, source))
    """,
    """
    CREATE TABLE sequence_position (
      consumer text NOT NULL, source text NOT NULL, epoch int NOT NULL, aggregate_id uuid NOT NULL, version int NOT NULL,
      PRIMARY KEY (consumer, source, epoch, aggregate_id))
    """,
    """
    CREATE TABLE held_notice (
      consumer text NOT NULL, source text NOT NULL, epoch int NOT NULL, aggregate_id uuid NOT NULL, version int NOT NULL,
      event jsonb NOT NULL, held_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (consumer, source, epoch, aggregate_id, version))
    """,
    """
    CREATE TABLE dead_event (
      consumer text NOT NULL, source text NOT NULL, epoch int NOT NULL, aggregate_id uuid NOT NULL, version int NOT NULL,
      event jsonb NOT NULL, error text NOT NULL, attempts int NOT NULL DEFAULT 1,
      state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'redriven', 'waived')),
      died_at timestamptz NOT NULL DEFAULT now(), decided_at timestamptz, decided_by text, reason text,
      PRIMARY KEY (consumer, source, epoch, aggregate_id, version))
    """,
)


def messaging_statements(*, publishes: str | None, consumes: bool) -> Iterator[str]:
    """What a service's first migration executes, in order. `publishes` is the name of the source, or None."""
    if publishes is not None:
        yield APPEND_ONLY_FUNCTION
        yield from PUBLISHING
        yield append_only("event_log")
        yield append_only("audit_entry")
        yield (
            "INSERT INTO stream_meta (source, epoch, system_id, reason) "
            f"SELECT '{publishes}', 1, system_identifier::text, 'first start' FROM pg_control_system()"
        )
    if consumes:
        yield from CONSUMING
