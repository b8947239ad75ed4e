"""The page on which somebody gives his name and his password."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embedded.oidc.chooser import TEMPLATES
from embedded.oidc.passwords import LONGEST, MOST_WRONG


@dataclass(frozen=True)
class Problem:
    """What is wrong, and what to do now."""

    title: str
    advice: str


WRONG = Problem("Tên đăng nhập hoặc mật khẩu không đúng.", "Vui lòng kiểm tra và nhập lại.")
SHUT = Problem("Tài khoản tạm khóa do nhập sai nhiều lần.", "Vui lòng thử lại sau ít phút.")
GONE = Problem("Tài khoản này hiện không giữ tư cách nào nên chưa đăng nhập được.", "Vui lòng liên hệ người vận hành bản dùng thử.")


def password_page(
    *,
    asked: Mapping[str, str],
    action: str,
    styles: Sequence[str],
    problem: Problem | None = None,
    username: str = "",
    again: bool = False,
) -> str:
    """`asked` is the authorization request, carried along; `again`: somebody who is signed in proves once more that it is he."""
    return TEMPLATES.get_template("password.html").render(
        asked=asked,
        action=action,
        styles=styles,
        problem=problem,
        username=username[:LONGEST],
        most_wrong=MOST_WRONG,
        longest=LONGEST,
        again=again,
    )
