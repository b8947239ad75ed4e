"""The words of the portal in Vietnamese, the language of the office. Keys are grouped by the screen or the thing they name."""

from portal.messages.vi_agencies import AGENCIES
from portal.messages.vi_domain import DOMAIN
from portal.messages.vi_people import PEOPLE
from portal.messages.vi_province import PROVINCE
from portal.messages.vi_reorganisations import REORGANISATIONS
from portal.messages.vi_screens import SCREENS
from portal.messages.vi_sign_in import SIGN_IN

WORDS: dict[str, str] = {**AGENCIES, **DOMAIN, **PEOPLE, **PROVINCE, **REORGANISATIONS, **SCREENS, **SIGN_IN}
