"""The readable body and the files are told apart."""

from .messages import mail, parts

PLAIN = "Content-Type: text/plain; charset=utf-8\n\nplain words"
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>html <b>words</b></p>"
PDF = 'Content-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERg=='


def test_of_alternatives_the_plain_text_is_read_and_the_html_shown() -> None:
    found = parts(PLAIN, HTML, kind="alternative")
    assert found.text == "plain words"
    assert found.html == "<p>html <b>words</b></p>"
    assert found.attachments == ()


def test_html_alone_is_rendered_to_text() -> None:
    body = "<p>One</p><ul><li>two</li><li>three</li></ul><table><tr><td>a</td><td>b</td></tr></table>x<br>y"
    assert mail(body, kind="text/html").text == "One\n\n- two\n- three\n\na b\n\nx\ny"


def test_an_empty_plain_alternative_gives_way_to_the_html() -> None:
    assert parts("Content-Type: text/plain\n\n \n", HTML, kind="alternative").text == "html words"


def test_text_parts_in_a_row_are_one_body() -> None:
    found = parts(PLAIN, PDF, "Content-Type: text/plain\n\nfooter of the list")
    assert found.text == "plain words\nfooter of the list"
    assert [(file.name, file.content) for file in found.attachments] == [("a.pdf", b"%PDF")]


def test_a_text_with_a_file_name_is_a_file() -> None:
    found = parts(PLAIN, 'Content-Type: text/plain; name="log.txt"\n\nerror 5')
    assert found.text == "plain words"
    assert found.attachments[0].content == b"error 5"


def test_an_image_of_the_page_is_inline_with_its_content_id() -> None:
    image = "Content-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\niVBORw0K"
    found = parts('Content-Type: text/html\n\n<img src="cid:logo@x">', image, kind="related")
    assert (found.attachments[0].content_id, found.attachments[0].inline) == ("logo@x", True)
    assert 'data-cid="logo@x"' in found.html


def test_an_enclosed_message_is_kept_as_it_came() -> None:
    inner = "From: bea@b.example\nSubject: Old one\n\nhello"
    found = parts(PLAIN, f"Content-Type: message/rfc822\n\n{inner}")
    assert (found.attachments[0].name, found.attachments[0].content) == ("Old one.eml", inner.encode())
    assert found.text == "plain words"


def test_flowed_lines_become_paragraphs_and_keep_their_quotes() -> None:
    body = "One long \nparagraph.\n> quoted \n> words\n-- \nRui"
    assert mail(body, kind="text/plain; format=flowed").text == "One long paragraph.\n> quoted words\n-- \nRui"


def test_a_multipart_with_a_wrong_boundary_is_still_read() -> None:
    body = "--real\nContent-Type: text/plain\n\nhello\n--real--"
    assert mail(body, kind='multipart/mixed; boundary="claimed"').text == "hello"


def test_a_multipart_without_any_boundary_is_read_as_text() -> None:
    found = mail("just words", kind="multipart/mixed")
    assert found.text == "just words"
    assert any(note.code == "no-boundary" for note in found.notes)


def test_a_multipart_that_was_cut_off_gives_what_is_there() -> None:
    assert mail("--b\nContent-Type: text/plain\n\nhello", kind="multipart/mixed; boundary=b").text == "hello"
