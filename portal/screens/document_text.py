"""What the pasted text of a document says in so many words: its number, day and subject, and the deadline of a passage.

Only what stands in the form that Decree 30/2020 prescribes is read; everything is shown with its words, and a person takes it or leaves it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.formats import full_day, sentence

MOST_CHARACTERS = 60_000
"""Some twenty pages: as much as one draft holds beside its fields."""
# The head of a document ends where it turns to its readers, or begins to speak.
END_OF_HEAD = re.compile(r"^\s*(?:kính gửi|căn cứ|thực hiện|theo|điều 1)\b", re.IGNORECASE | re.MULTILINE)
LONGEST_HEAD = 2_500
NUMBER = re.compile(
    r"^[ \t]*(?P<quote>Số[ \t]*:[ \t]*(?P<number>\d+)?[ \t]*/[ \t]*(?P<notation>\d{4}/[A-ZĐ][\w-]*|[A-ZĐ][\w/-]*))", re.MULTILINE
)
DAY = re.compile(r",\s*(?P<quote>ngày\s+(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})\s+năm\s+(?P<year>\d{4}))", re.IGNORECASE)
SUBJECT = re.compile(
    r"^[ \t]*(?P<quote>(?:V/v|Về việc)[ \t]+\S.*(?:\n(?!\s*\n|\s*(?:Kính gửi|Số[ \t]*:|Căn cứ)|.*,\s*ngày\s).+)*)",
    re.MULTILINE | re.IGNORECASE,
)
ABOUT = re.compile(r"^(?:V/v|Về việc)\s+", re.IGNORECASE)
MARK_OF_A_LIST = re.compile(r"^\s*(?:\d{1,2}[.)]|[a-zđ]\)|[-–+•])\s+", re.IGNORECASE)
DEADLINE = re.compile(
    r"(?:trước|chậm nhất|đến hết)(?: là| vào)?(?: \d{1,2}(?:h|g| giờ)(?:\d{2})?,?)? ngày \d{1,2}[/.-]\d{1,2}[/.-]\d{4}"
    r"|trong (?:thời hạn |vòng )?\d{1,3} ngày(?: làm việc)?(?:,? kể từ ngày (?:ký|ban hành|nhận được văn bản(?: này)?))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """What a field of the document may be filled with, and the words of the document in which it stands."""

    name: str
    text: str
    quote: str


def read_head(text: str) -> list[Found]:
    """What the head of a document says, in the order of the form; nothing of what is not written as usual."""
    head = text[:LONGEST_HEAD]
    if (end := END_OF_HEAD.search(head)) is not None:
        head = head[: end.start()]
    return [found for read in (_number, _day, _subject) for found in read(head)]


def demand_of(passage: str) -> str:
    """The passage without the mark under which it is listed: the tasks have numbers of their own."""
    return MARK_OF_A_LIST.sub("", passage, count=1).strip()


def deadline_of(passage: str) -> str:
    """The deadline of a passage in its own words; of none and of several nothing, for then a person has to judge."""
    worded = DEADLINE.findall(" ".join(passage.split()))
    return worded[0] if len(worded) == 1 else ""


def _number(head: str) -> Iterator[Found]:
    if (match := NUMBER.search(head)) is not None:
        quote = " ".join(match["quote"].split())
        if match["number"]:
            yield Found("number", match["number"], quote)
        yield Found("notation", match["notation"], quote)


def _day(head: str) -> Iterator[Found]:
    if (match := DAY.search(head)) is not None:
        try:
            day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            return
        yield Found("issue_date", full_day(day), " ".join(match["quote"].split()))


def _subject(head: str) -> Iterator[Found]:
    if (match := SUBJECT.search(head)) is not None:
        quote = " ".join(match["quote"].split())
        subject = ABOUT.sub("", quote)
        yield Found("subject", sentence(subject), quote)
