"""Somebody at a browser, without one: follows the sign-in through portal and provider as a browser would."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import httpx2

from faults.people import hidden


def said_again(page: str) -> dict[str, str]:
    """What is pressed on the page that asks one person whether it is he."""
    person = re.search(r'name="person" value="([^"]+)"', page)
    assert person is not None, page
    return {"person": person[1]}


class Visitor:
    """Keeps cookies by hand: they are Secure, and only browsers know that this machine may have them over plain http."""

    def __init__(self, url: str, trust: ssl.SSLContext | None = None) -> None:
        self._http = httpx2.Client(base_url=url, timeout=30, verify=trust or True)
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, **parameters: str) -> httpx2.Response:
        return self._follow("GET", path, params=parameters or None)

    def sign_in(self, words: str) -> httpx2.Response:
        """As the first person whom the chooser finds for `words`, in the first of his memberships."""
        page = self.get("/sign-in/start")
        found = self.get(str(page.url.copy_with(query=None)), **hidden(page.text), q=words)
        person = re.search(r'name="person" value="([^"]+)"', found.text)
        assert person is not None, f"the chooser found nobody for {words}, but {found.status_code}"
        return self._in_first_membership(self._said(found, person=person[1]))

    def prove(self, username: str, password: str) -> httpx2.Response:
        """The same, where a password is asked for."""
        return self._in_first_membership(self._said(self.get("/sign-in/start"), username=username, password=password))

    def prove_to_keycloak(self, username: str, password: str) -> httpx2.Response:
        """The same at a Keycloak; its page again where it refuses."""
        page = self.get("/sign-in/start")
        form = re.search(r'action="([^"]+)"', page.text)
        assert form is not None, f"{page.url}: {page.status_code} {page.text}"
        return self._in_first_membership(self._follow("POST", unescape(form[1]), data={"username": username, "password": password}))

    def _said(self, page: httpx2.Response, **who: str) -> httpx2.Response:
        return self._follow("POST", str(page.url.copy_with(query=None)), data={**hidden(page.text), **who})

    def _in_first_membership(self, page: httpx2.Response) -> httpx2.Response:
        if page.url.path == "/membership":
            membership = re.search(r'name="membership_id" value="([^"]+)"', page.text)
            assert membership is not None
            page = self._follow("POST", "/membership", data={**hidden(page.text), "membership_id": membership[1]})
        return page

    def send(self, page: httpx2.Response, action: str, fields: dict[str, Any], files: Any = None) -> httpx2.Response:
        """A form of `page`, with what it carries unseen; where it is asked for, the person proves first who he is."""
        answer = self._follow("POST", action, data={**hidden(page.text), **fields}, files=files)
        if answer.url.path.startswith("/realms/"):
            waiting = self._said(answer, **said_again(answer.text))
            answer = self._follow("POST", action, data={**hidden(waiting.text), **fields}, files=files)
        return answer

    @contextmanager
    def listen(self) -> Iterator[httpx2.Response]:
        with self._http.stream("GET", "/live", headers=self._headers()) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            yield answer

    def _follow(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        for _ in range(10):
            answer = self._http.request(method, path, headers=self._headers(), **sent)
            for cookie in answer.headers.get_list("Set-Cookie"):
                name, _, value = cookie.split(";")[0].partition("=")
                self._cookies[name] = value.strip('"')
            if not answer.is_redirect:
                return answer
            method, path, sent = "GET", urljoin(str(answer.url), answer.headers["Location"]), {}
        raise AssertionError("redirected in a circle")

    @property
    def cookies(self) -> str:
        """As they go along with a request."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items() if value)

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self.cookies}
