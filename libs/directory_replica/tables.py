"""The tables of the replica, for the migrations of each service that keeps one."""

REPLICA_STATEMENTS = (
    """
    CREATE TABLE agency_replica (
      id uuid PRIMARY KEY, key text NOT NULL, name text NOT NULL, short_name text NOT NULL, kind text NOT NULL, scope text NOT NULL,
      valid_from date, valid_to date, sort_key text NOT NULL, version int NOT NULL)
    """,
    "CREATE INDEX agency_replica_kind ON agency_replica (kind)",
    """
    CREATE TABLE membership_replica (
      id uuid PRIMARY KEY, person_id uuid NOT NULL, agency_id uuid NOT NULL, role text NOT NULL, is_head boolean NOT NULL,
      valid_from date, valid_to date, version int NOT NULL)
    """,
    "CREATE INDEX membership_replica_person ON membership_replica (person_id)",
)

# Decisions are only added, under their version: order and repeats do not matter, and the number of rows tells whether there are new ones.
PROVINCE_REPLICA_STATEMENTS = (
    """
    CREATE TABLE province_setting_replica (
      key text NOT NULL, version int NOT NULL, valid_from date, value jsonb, PRIMARY KEY (key, version))
    """,
    """
    CREATE TABLE working_calendar_replica (
      year int NOT NULL, version int NOT NULL, valid_from date, days jsonb, PRIMARY KEY (year, version))
    """,
)
