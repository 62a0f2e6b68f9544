"""Where a signature begins: the RFC 3676 "-- " line, rules of dashes, and what mobile programs add."""

import re

# "Sent from my phone" in the languages and programs that add it by themselves. A whole line, at its start.
_SENT_FROM = re.compile(
    r"""[\s<(\[*_>~-]{0,6}(?:
      (?:sent|from)\s(?:from|with|via|by|on|using|my)\b .{0,120}
    | get\s(?:outlook|bluemail|aqua\smail|typeapp)\b .{0,80}
    | (?:mobile|handheld)\s(?:device|phone)\s?$
    | envoy[ée](?:\s+|e\s+)(?:de|à\spartir|depuis|via|avec|par)\b .{0,80} | t[ée]l[ée]charger?\soutlook .{0,60}
    | obtene[rz]\soutlook .{0,60} | obtenir\soutlook .{0,60}
    | (?:von\smeine[mr]|gesendet\s(?:von|mit|über)|mit\s.{1,30}\sgesendet)\b .{0,80}
    | diese\snachricht\swurde\s(?:von|mit)\b .{0,80} | (?:hol\w*|outlook\sfür)\s.{0,20}(?:outlook|ios|android) .{0,60}
    | inviato\s(?:da|dal|dallo|con|tramite)\b .{0,80} | scarica\soutlook .{0,60} | ottieni\soutlook .{0,60}
    | enviado\s(?:desde|do|da|a\spartir|com|con|via|por|pelo)\b .{0,80} | obter\so?\s?outlook .{0,60}
    | verzonden\s(?:vanaf|met|via|vanuit|door|van)\b .{0,80} | verstuurd\s(?:vanaf|met|via|vanuit)\b .{0,80}
    | skickat\s(?:från|med|via)\b .{0,80} | sendt\s(?:fra|med|via)\b .{0,80} | lähetetty\s .{0,80}
    | (?:wysłane|wysłano)\s(?:z|ze|za|przy)\b .{0,80} | odesláno\sz .{0,80} | odoslané\sz .{0,80}
    | (?:отправлено|отправлен|надіслано)\s(?:с|из|з)\b .{0,80}
    | (?:從|从|自|发自|發自|寄件自)\s?我?的?\s?.{0,30}(?:傳送|传送|发送|發送|iphone|ipad|手机|手機) .{0,30}
    | (?:发自|發自) .{0,60} | 從我的 .{0,40}傳送
    | .{1,20}から送信 .{0,20} | 나의\s.{1,30}에서\s보냄 .{0,10}
    | (?:poslano|trimis|küldve|gönderildi|εστάλη|iphone'umdan|i̇?phone'umdan)\b .{0,60} | .{1,30}\sgönderildi .{0,10}
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
# Closing words that nobody writes but at the end; "thanks" and "cheers" may be all that a mail says.
_CLOSING = re.compile(
    r"(?i)\s*(?:(?:kind|best|warm(?:est)?|many|with\s(?:kind|best|warm))\s)?(?:regards|(?:best|kind)\swishes|yours\s(?:sincerely|faithfully|truly)"
    r"|sincerely(?:\syours)?|cordiali\ssaluti|cordialmente|distinti\ssaluti|un\scordiale\ssaluto|mit\s(?:freundlichen|besten|vielen)"
    r"\sgr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|freundliche|liebe)\sgr(?:ü|ue)(?:ß|ss)e|mfg|(?:bien\s)?cordialement|sincères\ssalutations"
    r"|saludos(?:\scordiales)?|atentamente|atenciosamente|com\sos\smelhores\scumprimentos|met\svriendelijke\sgroeten?|z\spoważaniem"
    r"|med\s(?:venlig|vänlig|vennlig)\shils(?:en|ning)(?:ar)?|с\sуважением)[\s,.!]*$"
)
_DELIMITER = re.compile(r"\s?--\s?$")
_TRACKER = "\u1427"  # a syllabic that a Gmail extension leaves below what it sends
_RULE = re.compile(r"\s*(?:_{3,}|-{3,}|={3,}|[*~#+]{3,})\s*$")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{3,200}$")
_WEB = re.compile(r"(?i)<?(?:https?://|www\.)\S{3,200}>?$")
_PHONE = re.compile(r"(?i)(?:\w{1,10}[.:]{0,2}\s{0,2})?\+?[\d(][\d\s()./-]{5,20}\d$")
_CONTACT = re.compile(r"(?i)@|https?://|www\.|\+?\d[\d ().-]{6,18}\d|mailing list|unsubscribe")


def is_delimiter(line: str) -> bool:
    """The signature line of RFC 3676 section 4.3, also without its trailing space."""
    return bool(_DELIMITER.match(line)) and not line.startswith("  ")


def is_closing(line: str, below: list[str]) -> bool:
    """Closing words on a line of their own above two to eight short lines (a name alone is no signature)."""
    filled = [one.strip() for one in below if one.strip()]
    if not 2 <= len(filled) <= 8 or any(len(one) > 70 or one.endswith(("?", ":")) for one in filled):
        return False
    return len(line) < 60 and bool(_CLOSING.match(line))


def is_rule(line: str) -> bool:
    """A line that only divides."""
    return bool(line) and len(line) < 120 and bool(_RULE.match(line))


def is_ornament(line: str) -> bool:
    """A line without a letter or digit; pictures (emoji) count as letters, the dot of a mail tracker does not."""
    return len(line) < 120 and not any((ch.isalnum() and ch != _TRACKER) or ord(ch) > 0x2190 for ch in line)


def has_contact(line: str) -> bool:
    """It holds an address, a number to call or a page, as signatures and the footers of lists do."""
    return bool(_CONTACT.search(line[:300]))


def is_contact_block(lines: list[str]) -> bool:
    """A closing paragraph of a name and at least two kinds of contact, each on a line of its own."""
    if not 3 <= len(lines) <= 8 or any(len(line) > 80 for line in lines):
        return False
    kinds = {kind for line in lines if (kind := _contact_kind(line.strip()))}
    return len(kinds) >= 2 and not _contact_kind(lines[0].strip())


def _contact_kind(line: str) -> str:
    for kind, pattern in (("mail", _MAIL), ("web", _WEB), ("phone", _PHONE)):
        if pattern.match(line):
            return kind
    return ""


def is_sent_from(line: str) -> bool:
    """A line that a mobile mail program added ("Sent from my ...")."""
    return 4 < len(line) < 200 and bool(_SENT_FROM.match(line))
