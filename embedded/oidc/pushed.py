"""Requests that a client has pushed here before it sends a browser (RFC 9126): the browser brings a reference, and cannot change them."""

import secrets
import time

from embedded.oidc.authorization import AuthorizationRequest, WrongAddress

REFERENCE = "urn:ietf:params:oauth:request_uri:"
# As long as somebody may take to say who he is.
PUSHED_SECONDS = 600.0
MOST_PUSHED = 10_000


class PushedRequests:
    """A reference serves until a code that came of it is redeemed: whoever reloads the page, or clicks twice, is not sent away."""

    def __init__(self) -> None:
        self._pushed: dict[str, tuple[AuthorizationRequest, float]] = {}

    def keep(self, request: AuthorizationRequest) -> str:
        now = time.time()
        self._pushed = {reference: kept for reference, kept in self._pushed.items() if kept[1] > now}
        if len(self._pushed) >= MOST_PUSHED:
            del self._pushed[next(iter(self._pushed))]
        reference = REFERENCE + secrets.token_urlsafe(32)
        self._pushed[reference] = request, now + PUSHED_SECONDS
        return reference

    def find(self, reference: str, *, client_id: str) -> AuthorizationRequest:
        """Raises WrongAddress."""
        request, ends = self._pushed.get(reference, (None, 0.0))
        if request is None or ends <= time.time() or request.client_id != client_id:
            raise WrongAddress("request_uri")
        return request

    def forget(self, request: AuthorizationRequest) -> None:
        self._pushed = {reference: kept for reference, kept in self._pushed.items() if kept[0] is not request}
