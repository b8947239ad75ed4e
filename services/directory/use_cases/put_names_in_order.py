"""Agencies that were entered when names were ordered otherwise get the order of now, and everybody who keeps a replica hears of it."""

from datetime import datetime

from services.directory.persistence.unit_of_work import DirectoryUnitOfWork


async def put_names_in_order(uow: DirectoryUnitOfWork, *, now: datetime) -> int:
    """How many had another sort key than their name has now."""
    async with uow:
        agencies = await uow.agencies.out_of_order()
        for agency in agencies:
            agency.put_in_order(at=now)
        await uow.commit()
    return len(agencies)
