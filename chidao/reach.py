"""The PostgreSQL of a data folder, whether a run is up or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.data_folder import Held, hold
from embedded.postgres import Address, PostgresFailed, running_in, start_cluster
from system.refusals import CannotRun


@contextmanager
def postgres_of(data: Path) -> Iterator[Address]:
    """The one that a run has up, or else one that is started for us and stopped at the end. Raises CannotRun."""
    if not (data / "postgres" / "PG_VERSION").exists():
        raise CannotRun(f"Thư mục {data} không có dữ liệu của Chidao; vui lòng chọn bằng --data", "no data there; choose with --data")
    try:
        with hold(data) as folder:
            try:
                cluster = start_cluster(folder.path)
            except PostgresFailed as error:
                raise CannotRun("Không khởi động được PostgreSQL", f"PostgreSQL does not start: {error}") from error
            try:
                yield cluster
            finally:
                cluster.stop()
    except Held:
        address = running_in(data.resolve())
        if address is None:
            raise
        yield address
