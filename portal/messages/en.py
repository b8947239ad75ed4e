"""The words of the portal in English, for guests: the same keys as in Vietnamese."""

from portal.messages.en_agencies import AGENCIES
from portal.messages.en_domain import DOMAIN
from portal.messages.en_people import PEOPLE
from portal.messages.en_province import PROVINCE
from portal.messages.en_reorganisations import REORGANISATIONS
from portal.messages.en_screens import SCREENS
from portal.messages.en_sign_in import SIGN_IN

WORDS: dict[str, str] = {**AGENCIES, **DOMAIN, **PEOPLE, **PROVINCE, **REORGANISATIONS, **SCREENS, **SIGN_IN}
