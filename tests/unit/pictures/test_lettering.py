"""How wide a text is, and what is left of one that is too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fnkit.pictures.lettering import begun, fitted, width


@given(st.text(max_size=80), st.floats(20, 400))
def test_a_text_fits_where_it_was_fitted(text, most):
    assert width(fitted(text, 13, most), 13) <= most + 0.02
    assert width(begun(text, 13, most), 13) <= most + 0.02


@given(st.text(alphabet="abc -_", max_size=20))
def test_what_fits_stays_as_it_is_but_for_spaces(text):
    assert fitted(text, 10, 10_000) == " ".join(text.split())


def test_a_long_name_keeps_both_its_ends():
    assert fitted("resize-photo-for-the-catalogue", 13, 120) == "resize-p…atalogue"


def test_a_long_sentence_keeps_its_beginning():
    assert begun("the frame is too small for the photo", 13, 120) == "the frame is too…"


@pytest.mark.parametrize(("wide", "narrow"), [("日本", "ab"), ("mm", "ii"), ("é", "e\u0301"[:1])])
def test_signs_have_widths_of_their_own(wide, narrow):
    assert width(wide, 10) > width(narrow, 10)


def test_an_accent_that_is_put_on_a_letter_takes_no_room():
    assert width("e\u0301", 10) == width("e", 10)


def test_it_is_never_narrower_than_the_font_that_draws_it():
    from matplotlib import font_manager
    from PIL import ImageFont

    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 1000)
    signs = [chr(code) for code in range(32, 127)]
    assert [round(width(sign, 1000)) for sign in signs] == [round(font.getlength(sign)) for sign in signs]
