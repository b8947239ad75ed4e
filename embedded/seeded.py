"""A data folder that begins with a province at work, filled before anything runs over it."""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from embedded.business_day import offset_for
from embedded.data_folder import DataFolder
from embedded.postgres import Cluster, PostgresFailed, end_leftovers, start_cluster
from libs.common.clock import Clock
from libs.common.migrate import migrate
from libs.contracts.working_days import ONE_DAY
from seed.cast import Cast
from seed.filling import PROVINCE, Filled, Progress, fill, fill_with
from seed.loading import SERVICES, Addresses
from seed.report_document import REPORT_DOCUMENT
from seed.scale import Scale, of_years
from seed.small_province import small_province
from services.directory.province import Province
from services.tasks.files.store import FileStore
from system.databases import SCHEMAS, database_of, owner_of
from system.refusals import CannotRun

UNFINISHED = "seeding"
SEED = 1


class Demo(StrEnum):
    """With which province a first start may begin."""

    SMALL = "small"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class SmallProvince:
    """The told one, as it stands at the moment `now`."""

    now: datetime
    today: date


async def begin_with(demo: Demo, folder: DataFolder, *, day: date | None, progress: Progress) -> None:
    """Before the first start of a new folder, as it stands on `day`, None for today. Raises CannotRun."""
    clock = Clock(offset_for(day, None, now=datetime.now(UTC)))
    today = clock.today()
    wanted = SmallProvince(clock.now(), today) if demo is Demo.SMALL else of_years(demo.value, today - ONE_DAY)
    await fill_folder(folder.path, wanted, seed=SEED, progress=progress)


async def fill_folder(path: Path, wanted: Scale | SmallProvince, *, seed: int, progress: Progress) -> Filled:
    """Into the data folder `path`, which holds no database yet and is held by the caller. After a kill in the middle there is none either.

    Raises CannotRun.
    """
    work = path / UNFINISHED
    clear(path)
    if (path / "postgres").exists():
        raise CannotRun(f"Thư mục {path} đã có dữ liệu; vui lòng chọn thư mục trống", "this folder holds data already; choose an empty one")
    try:
        cluster = await asyncio.to_thread(start_cluster, work)
    except PostgresFailed as error:
        raise CannotRun("Không khởi động được PostgreSQL", f"PostgreSQL does not start: {error}") from error
    try:
        for database, package in SCHEMAS.items():
            await migrate(package, cluster.dsn(database, owner_of(database)))
        filled = await _fill(wanted, addresses_in(cluster), seed, progress)
    finally:
        await asyncio.to_thread(cluster.stop)
    await FileStore(path / "files" / "tasks").keep(REPORT_DOCUMENT)
    move_in(path)
    return filled


async def _fill(wanted: Scale | SmallProvince, addresses: Addresses, seed: int, progress: Progress) -> Filled:
    if isinstance(wanted, Scale):
        return await fill(wanted, addresses, seed=seed, progress=progress)
    cast = Cast(Province(PROVINCE), wanted.today)
    return await fill_with(small_province(cast, wanted.today), cast, addresses, until=wanted.now, seed=seed)


def addresses_in(cluster: Cluster) -> Addresses:
    """Where the superuser reaches the databases that are filled."""
    return {service: cluster.dsn(database_of(service), driver="postgresql") for service in SERVICES}


def clear(path: Path) -> None:
    """Take away what a killed filling has left in the data folder."""
    if (path / UNFINISHED).exists():
        end_leftovers(path / UNFINISHED / "postgres")
        shutil.rmtree(path / UNFINISHED)


def move_in(path: Path) -> None:
    """What was filled beside becomes the data of the folder; its databases last, because by them it is known that there are some."""
    work = path / UNFINISHED
    (work / "passwords.json").replace(path / "passwords.json")
    (work / "postgres").rename(path / "postgres")
    shutil.rmtree(work)
