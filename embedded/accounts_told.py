"""How far the accounts of people are, for who waits for them."""

from contextlib import AbstractContextManager

from embedded.bars import bars
from services.directory.accounts.stepping import Progress, Step

WORDS = {
    Step.COMPARING: "Đối chiếu tài khoản (comparing)",
    Step.ORGANIZATIONS: "Tổ chức của các cơ quan (organizations of agencies)",
    Step.ACCOUNTS: "Tài khoản mới (new accounts)",
    Step.CHANGES: "Sửa tài khoản (accounts mended)",
    Step.MEMBERSHIPS: "Vào, rời cơ quan (memberships)",
}


def accounts_told() -> AbstractContextManager[Progress]:
    return bars(WORDS)
