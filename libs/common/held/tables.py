"""The tables of held acts, for a migration of a service that publishes (`append_only` leans on its function)."""

from libs.common.messaging.tables import append_only

HELD_ACT_STATEMENTS = (
    # At most one for each aggregate. One that could not take effect (`void_because`) stays until its office has seen it.
    """
    CREATE TABLE held_act (
      id uuid PRIMARY KEY, aggregate_id uuid NOT NULL UNIQUE, aggregate_version int NOT NULL, kind text NOT NULL, command jsonb NOT NULL,
      person_id uuid NOT NULL, membership_id uuid NOT NULL, agency_id uuid NOT NULL, role text NOT NULL, request_id text NOT NULL,
      acted_at timestamptz NOT NULL, held_at timestamptz NOT NULL DEFAULT now(), held_until timestamptz NOT NULL,
      next_try_at timestamptz NOT NULL, tries int NOT NULL DEFAULT 0, last_error text, void_because text)
    """,
    "CREATE INDEX held_act_next_try ON held_act (next_try_at) WHERE void_because IS NULL",
    """
    CREATE TABLE held_act_audit (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, held_act_id uuid NOT NULL, aggregate_id uuid NOT NULL,
      aggregate_version int NOT NULL, kind text NOT NULL, outcome text NOT NULL CHECK (outcome IN ('recalled', 'void')), because text,
      actor text NOT NULL, role text NOT NULL, membership_id uuid NOT NULL, agency_id uuid NOT NULL,
      acted_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(), request_id text NOT NULL)
    """,
    append_only("held_act_audit"),
)
