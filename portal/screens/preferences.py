"""The first address, and what a person sets for himself: theme, density, language."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.frame import landing_of
from portal.messages import LANGUAGES
from portal.sign_in import own_path
from portal.web import DENSITY_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, Person, PersonForm, Visit, go

router = APIRouter()

ONE_YEAR = 365 * 24 * 3600
# Choice → cookie and the values it may have; what is not listed goes back to the default.
CHOICES = {
    "theme": (THEME_COOKIE, ("light", "dark")),
    "density": (DENSITY_COOKIE, ("compact", "airy")),
    "language": (LANGUAGE_COOKIE, tuple(LANGUAGES)),
}


@router.get("/")
async def begin(visitor: Visit) -> Response:
    assert visitor.session.membership is not None
    return go(landing_of(visitor.session.membership.role))


@router.post("/preferences")
async def prefer(visitor: Person, sent: PersonForm) -> Response:
    answer = go(own_path(sent.text("return_to")) or "/")
    for name, (cookie, values) in CHOICES.items():
        chosen = sent.text(name)
        if chosen in values:
            answer.set_cookie(cookie, chosen, max_age=ONE_YEAR, secure=True, samesite="lax")
        elif chosen:
            answer.delete_cookie(cookie, secure=True, samesite="lax")
    return answer
