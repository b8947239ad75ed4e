"""`python -m tests.schemas keep`: what is new has landed. Once a migration is kept, it is never edited again."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from embedded.postgres import Cluster, run_sql, start_cluster
from tests.schemas.landed import KEEP, LANDED, PACKAGES, changed, each_step, gone, landed, schema_text, text_of


async def keep(cluster: Cluster) -> list[str]:
    """Keeps digests and schema of every migration that is new; what has landed and changed is told, and nothing of it is kept."""
    told: list[str] = []
    known = {package: dict(revisions) for package, revisions in landed().items()}
    for package in PACKAGES:
        database = f"kept_{package.rpartition('.')[2]}"
        run_sql(cluster, "postgres", f"CREATE DATABASE {database};")
        steps = []
        async for step in each_step(package, cluster.dsn(database)):
            steps.append(step)
            text = text_of(package, step.revision)
            if step.revision in known.get(package, {}) and text.exists():
                told += changed(step, known)
                continue
            known.setdefault(package, {})[step.revision] = step.digests
            text.parent.mkdir(exist_ok=True)
            text.write_text(schema_text(cluster, database), "utf-8")
            print(f"kept: {step.name}")
        told += gone(package, steps, known)
    LANDED.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
    return told


def main(asked: list[str]) -> int:
    if asked != ["keep"]:
        print(f"usage: {KEEP}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        cluster = start_cluster(Path(folder))
        try:
            told = asyncio.run(keep(cluster))
        finally:
            cluster.stop()
    print("\n".join(told), end="\n" if told else "")
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
