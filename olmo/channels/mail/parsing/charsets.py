"""Bytes to text that is always readable and always storable.

A label in a mail is a claim, not a fact: it may be missing, misspelt, unknown or wrong. Here a claim is
tried first, then UTF-8, then what the bytes themselves say; the last resort never fails. Labels follow
the WHATWG Encoding Standard where it widens an older name (ISO-8859-1 is read as windows-1252, GB2312 as
GB18030), because that is what senders mean by them.
"""

import codecs
import re
import unicodedata
from functools import lru_cache

# WHATWG Encoding Standard, section 4.2 (names and labels), plus spellings seen in real mail.
_ALIASES = {
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "8859-1": "cp1252",
    "us-ascii": "ascii",
    "ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-cn": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "cp950",
    "x-x-big5": "cp950",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "windows-949": "cp949",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-1": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf_7",
    "unicode-1-1-utf-8": "utf_8",
    "x-unicode-1-1-utf-8": "utf_8",
    "utf8": "utf_8",
    "utf-8": "utf_8",
    "utf8mb4": "utf_8",
    "utf-8-sig": "utf_8",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "koi8": "koi8_r",
    "koi": "koi8_r",
    "dos-874": "cp874",
    "iso-10646-ucs-2": "utf_16",
    "ucs-2": "utf_16",
}
# Labels that say nothing about the bytes.
_EMPTY = frozenset({"unknown-8bit", "x-unknown", "unknown", "default", "default_charset", "binary", "8bit",
                    "x-user-defined", "none", "undefined", "charset", "_iso-2022-jp$esc"})  # fmt: skip
# Codecs of the standard library that are not character sets of mail, or whose cost grows faster than their input.
_FORBIDDEN = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_STATEFUL = frozenset({"iso2022_jp_ext", "iso2022_jp", "iso2022_kr", "hz", "utf_7", "utf_16", "utf_16_le",
                       "utf_16_be", "utf_32", "utf_32_le", "utf_32_be", "utf-16", "utf-16-le", "utf-16-be",
                       "utf-32", "utf-7", "cp037", "cp500", "cp1026"})  # fmt: skip
# One byte per character without gaps: decoding never fails, so it proves nothing about the label.
_SINGLE_BYTE_WESTERN = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp1254", "ascii", "iso8859-2", "cp1250",
                                  "iso8859-9", "cp1251", "koi8_r", "koi8-r", "mac_roman"})  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf_8"), (codecs.BOM_UTF32_LE, "utf_32"), (codecs.BOM_UTF16_LE, "utf_16"),
         (codecs.BOM_UTF16_BE, "utf_16"))  # fmt: skip
_JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([BJI]|\$\([DOPQ])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HEADER_CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")


@lru_cache(maxsize=512)
def codec_for(label: str) -> str | None:
    """Name of the Python codec for a charset label as it stands in a mail, or None when there is none."""
    key = label.strip().strip("\"'").lower().split("*")[0].split(";")[0].strip()
    if not key or len(key) > 60 or key in _EMPTY:
        return None
    for spelling in (key, re.sub(r"^(?:x-|cs|charset=)", "", key), re.sub(r"[^a-z0-9]+", "", key)):
        found = _known(_ALIASES.get(spelling, spelling))
        if found:
            return found
    return None


def _known(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    canonical = info.name.replace("-", "_")
    if canonical in _FORBIDDEN or not getattr(info, "_is_text_encoding", True):
        return None
    return info.name


def decode(data: bytes, label: str = "") -> str:
    """Text of `data`, which the sender claims to be in the charset `label` ("" = no claim). Never raises."""
    codec = codec_for(label) if label else None
    if data.isascii() and codec not in _STATEFUL:
        if b"\x1b" not in data:
            return storable(data.decode("ascii"))
        codec = codec or "ascii"
    return storable(_decode_by_claim(data, codec))


def _decode_by_claim(data: bytes, codec: str | None) -> str:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) if name == "utf_8" else 0 :].decode(name, "replace")
    if codec is None or codec in _SINGLE_BYTE_WESTERN:
        # Valid UTF-8 with multi-byte characters does not happen by chance: it outranks such a label.
        text = _strict(data, "utf_8")
        if text is not None and not _JAPANESE_ESCAPE.search(data):
            return text
    if codec and codec != "ascii":
        text = _strict(data, codec)
        if text is not None:
            return text
    return _decode_by_evidence(data, codec)


def _decode_by_evidence(data: bytes, codec: str | None) -> str:
    if _JAPANESE_ESCAPE.search(data):
        text = _strict(data, "iso2022_jp_ext")
        if text is not None:
            return text
    utf8 = _strict(data, "utf_8")
    if utf8 is not None:
        return utf8
    if codec and codec != "ascii":
        text = data.decode(codec, "replace")
        lost = text.count("\ufffd")
        if lost * 20 <= len(text) or (codec == "utf-8" and lost < sum(ch > "\x7f" for ch in text[:20000]) - lost):
            return text
    return _decode_unlabelled(data, codec)


def _decode_unlabelled(data: bytes, codec: str | None) -> str:
    utf8 = data.decode("utf_8", "replace")
    if utf8.count("\ufffd") * 50 <= len(utf8) and codec in (None, "utf-8", "ascii") and _has_wide(utf8):
        return utf8  # damaged UTF-8 (a cut character or two) rather than another charset
    return data.decode(_guess(data[:20000]), "replace")


def _has_wide(text: str) -> bool:
    return any(ch > "\x7f" and ch != "\ufffd" for ch in text[:20000])


def _guess(data: bytes) -> str:
    """The likeliest 8-bit charset of unlabelled bytes, from how its high bytes are spread."""
    high = [b for b in data if b > 0x7F]
    letters = sum(1 for b in data if b < 0x80 and chr(b).isalpha())
    if len(high) <= letters:
        return "cp1252"  # mostly Latin letters with accents between
    for codec in ("cp932", "gb18030", "cp950", "cp949"):
        text = _strict(data, codec)
        if text is not None and _looks_cjk(text, codec):
            return codec
    lower_koi = sum(1 for b in high if 0xC0 <= b <= 0xDF)
    lower_win = sum(1 for b in high if 0xE0 <= b <= 0xFF)
    return "koi8_r" if lower_koi > lower_win else "cp1251"


def _looks_cjk(text: str, codec: str) -> bool:
    wide = [ch for ch in text if ch > "\x7f"]
    if codec == "cp932":
        return sum("\u3040" <= ch <= "\u30ff" for ch in wide) * 5 > len(wide)
    if codec == "cp949":
        return sum("\uac00" <= ch <= "\ud7a3" for ch in wide) * 2 > len(wide)
    return sum("\u4e00" <= ch <= "\u9fff" for ch in wide) * 10 > len(wide) * 8 and "\u7684" in text


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def storable(text: str) -> str:
    """The same text without what PostgreSQL's text type refuses: NUL is dropped, lone surrogates become U+FFFD."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    if not _UNSTORABLE.search(text):
        return text
    text = _SURROGATE_PAIR.sub(_join_pair, text.replace("\x00", ""))
    return _UNSTORABLE.sub("\ufffd", text)


def _join_pair(match: re.Match[str]) -> str:
    pair = match.group()
    return chr(0x10000 + ((ord(pair[0]) - 0xD800) << 10) + (ord(pair[1]) - 0xDC00))


def one_line(text: str) -> str:
    """Text for a header field: storable, NFC, no line break or control character in it."""
    text = _HEADER_CONTROLS.sub(" ", storable(text)) if not text.isprintable() else text
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
