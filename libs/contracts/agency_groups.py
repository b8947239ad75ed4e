"""Groups of agencies that one instruction may name at once ("các xã, phường, đặc khu").

The directory lists them for people to pick from, the directives service expands them on the day of release: both must mean the same.
"""

from collections.abc import Mapping

AGENCY_GROUPS: Mapping[str, tuple[str, ...]] = {
    "communes": ("COMMUNE", "WARD", "SPECIAL_ZONE"),
    "rural-communes": ("COMMUNE",),
    "wards": ("WARD",),
    "departments": ("DEPARTMENT",),
    "departments-and-central-branches": ("DEPARTMENT", "CENTRAL_BRANCH"),
    "public-units": ("PUBLIC_UNIT",),
    "mass-organisations": ("MASS_ORGANISATION",),
    "state-enterprises": ("STATE_ENTERPRISE",),
}
"""Group key → the kinds of agency that belong to it."""
COMPOSED = "composed"
"""The key of a group that has no kinds: whoever issues the document has named its agencies one by one."""
