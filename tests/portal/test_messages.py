"""Words with values in them: what is put in is made safe, whatever was said before."""

from markupsafe import Markup

from portal.messages import Catalogue


def test_safe_signs_said_before_make_no_others_safe() -> None:
    messages = Catalogue("vi")
    assert messages("deadline.due-on", day=Markup("<b>5/3</b>")) == "hạn <b>5/3</b>"
    assert messages("deadline.due-on", day="<b>5/3</b>") == "hạn &lt;b&gt;5/3&lt;/b&gt;"
    assert messages("deadline.due-on", day=Markup("<b>5/3</b>")) == "hạn <b>5/3</b>"


def test_each_language_says_it_in_its_own_words() -> None:
    assert Catalogue("vi")("deadline.due-on", day="5/3") != Catalogue("en")("deadline.due-on", day="5/3")
