"""Faults planted by hand, room by room. Whoever adds a rule adds the fault that its test must notice."""

from tests.mutants.fault import Fault
from tests.mutants.planted import (
    accounts,
    contracts,
    directives,
    directory,
    held,
    kinds,
    libraries,
    notify,
    people,
    portal,
    realm,
    reorganisations,
    reporting,
    running,
    sign_in,
    tasks,
)

FAULTS: tuple[Fault, ...] = (
    *contracts.FAULTS,
    *libraries.FAULTS,
    *directives.FAULTS,
    *tasks.FAULTS,
    *held.FAULTS,
    *notify.FAULTS,
    *reporting.FAULTS,
    *directory.FAULTS,
    *reorganisations.FAULTS,
    *people.FAULTS,
    *accounts.FAULTS,
    *portal.FAULTS,
    *realm.FAULTS,
    *running.FAULTS,
    *sign_in.FAULTS,
    *kinds.FAULTS,
)
