"""Lines by which mail programs introduce the mail that is answered.

Two kinds: an attribution ("On <date>, <name> wrote:", in any language) and a block of header lines
("From: / Sent: / To: / Subject:") with or without a separator above. Patterns are bounded and anchored at
line starts, so each line is looked at a fixed number of times.
"""

import re

# How an attribution ends, in casefolded words, by language: en de fr it es pt nl sv/da/no fi pl cs/sk ru uk bg hu ro tr el
# he lt lv et ca hr, ja, zh, ko, vi. str.endswith over a tuple is the fastest test there is.
_WROTE = (
    "wrote", "writes", "said", "replied", "schrieb", "geschrieben", "a écrit",
    "a ecrit", "écrivait", "ha scritto", "scrive",
    "ha inviato", "escribió", "escribio", "ha escrito", "escreveu", "schreef",
    "geschreven", "skrev", "skreiv", "kirjoitti",
    "napisał", "napisała", "napisał(a)", "napisal(a)", "napisal", "napsal",
    "napsala", "napsal(a)", "napísal", "napísal(a)",
    "пишет", "писал", "писала", "писал(а)", "написал", "написала", "написал(а)",
    "написав", "написала", "написа", "írta", "irta",
    "a scris", "yazdı", "yazmış", "έγραψε", "כתב", "כתבה", "rašė", "rakstīja",
    "kirjutas", "va escriure", "escrigué", "je napisao",
    "napisao je", "je napisala", "のメール", "さんは書きました", "は書きました", "書きました", "写道", "寫道",
    "작성", "đã viết", "da viet",
)  # fmt: skip
# The verb before the name: "Am 2. März schrieb Anna:".
_WROTE_WITHIN = re.compile(r"\s(?:schrieb|schreef|skrev|wrote|a écrit|ha scritto|escribió|escreveu)\s")
_ENDS = re.compile(r"[:：]\s*[*_]{0,2}\s*$")
_STARTS = re.compile(
    r"""[\s*_>]{0,6}(?:on|at|le|am|il|in\sdata|el|em|no\sdia|op|den|d\.|dnia|w\sdniu|v|dne|dňa|pe|ma|ti|ke|to|la|su|lun|mar
    |mer|gio|ven|sab|dom|пн|вт|ср|чт|пт|сб|вс|в|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday
    |saturday|sunday|man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön|\d{1,4}\s?[年/.\-]|\d{1,2}\.?\s\w|\d{1,2}:\d\d|het|vào|tarihinde|στις)(?:\b|(?<=[年/.\-]))""",
    re.IGNORECASE | re.VERBOSE,
)
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}\s?[ap]\.?m\b|\d{1,2}時\d|[上下]午", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|(?:19|20)\d\d\s?年|\b\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}\b")
_ADDRESS = re.compile(r"<?[^\s<>@]{1,100}@[^\s<>@]{2,200}>?|<[^<>\s]{3,200}>")
_NOT_START = re.compile(r"[\s>]*(?:[-*•]\s|\d{1,2}[.)]\s[^\d]*$)")


def is_attribution(text: str, before_quote: bool) -> bool:
    """Whether `text` (one to four joined lines) introduces quoted text.

    before_quote: quoted lines follow, which is evidence of its own, so less is asked of the wording.
    """
    if not 6 <= len(text) <= 400:
        return False
    address, when = _ADDRESS.search(text), _TIME.search(text) or _YEAR.search(text)
    if _ends_in_wrote(text):
        return bool(address or when or (before_quote and len(text) < 120)) and (
            bool(_STARTS.match(text)) or bool(address) or before_quote
        )
    if before_quote and address and when and text.rstrip().endswith(">"):
        return True
    if _ENDS.search(text):
        if when and (address or (_STARTS.match(text) and _WROTE_WITHIN.search(text))):
            return True
        return before_quote and bool(address or (when and _STARTS.match(text)))
    return False


def _ends_in_wrote(text: str) -> bool:
    return text[-60:].rstrip(" \t*_:：").casefold().endswith(_WROTE)


def may_begin(line: str) -> bool:
    """Whether an attribution may begin here (cheap test)."""
    return len(line) < 400 and (
        bool(_STARTS.match(line)) or "@" in line or line.rstrip(" *_")[-1:] in ":：" or _ends_in_wrote(line)
    )


def may_run_on(line: str) -> bool:
    """Whether it has the beginning of an attribution that may run over several lines."""
    return bool(_STARTS.match(line))


# Header words as mail programs print them above the answered mail, by what they mean.
_HEADER_WORDS = {
    "from": "from|von|de|da|van|fra|från|od|od kogo|от|від|от кого|발신|보낸 사람|보낸사람|发件人|寄件者|"
    "寄件人|差出人|送信者|"
    "lähettäjä|gönderen|kimden|feladó|expéditeur|expediteur|mittente|remetente|afzender|"
    "nadawca|expeditor|από|מאת|من|d'",
    "sent": "message du|sent|date|gesendet|datum|envoyé|envoye|date d'envoi|data|inviato|"
    "enviado|enviado el|fecha|enviada em|enviada|verzonden|"
    "skickat|sendt|dato|wysłano|wyslano|data|отправлено|дата|надіслано|发送时间|日期|寄件日期|傳送時間|"
    "送信日時|日時|보낸 날짜|lähetetty|"
    "päiväys|gönderildi|tarih|elküldve|odesláno|odoslané|trimis|sent at|received|"
    "enviado em|data di invio|envoyé le|le|em",
    "to": "to|an|à|a|aan|til|till|do|para|кому|komu|收件人|宛先|받는 사람|vastaanottaja|kime|"
    "címzett|per|destinataire|destinatario|către|προς",
    "cc": "cc|kopie|copie à|copie|cc an|bcc|copia|копия|kopia|抄送|副本|copie a|kopi|"
    "répondre à|reply-to|reply to|antwort an",
    "subject": "subject|betreff|objet|oggetto|asunto|assunto|onderwerp|ämne|emne|temat|"
    "тема|主题|主旨|件名|제목|aihe|konu|tárgy|sujet|"
    "předmět|predmet|subiect|θέμα|topic|betr.|re",
}
_KIND_OF_WORD = {word: kind for kind, words in _HEADER_WORDS.items() for word in words.split("|")}
_HEADER_LINE = re.compile(r"[\s>*_|]{0,8}([^\W\d_][^:：\n<@]{0,22}?)[\s*_]{0,3}[:：][\s*_]*(.{0,3})")
_MESSAGE_OF = re.compile(r"(?i)[\s>]*(?:message\s(?:du|de)|e-?mail\sfrom|begin forwarded message|anfang der weitergeleiteten|"
                         r"début du message|inizio messaggio inoltrato|inicio del mensaje)\s?[:：]?\s*.{0,60}")  # fmt: skip
_SEPARATOR = re.compile(r"[\s>]*(?:[-_=—–*#]\s?){2,}\s*([^\W\d_].{1,60}?)\s*(?:[-_=—–*#]\s?){2,}[\s:]*$")
_SEPARATOR_STARTS = frozenset("-_=—–*#")
_SEPARATOR_WORDS = re.compile(
    r"(?i)original|forwarded|weitergeleitet|ursprüngliche|urspr|origine|originale|originel|transféré|transfer|inoltrat|originario|"
    r"reenviad|encaminhad|oorspronkelijk|doorgestuurd|vidarebefordrat|ursprungligt|videresendt|oprindelig|opprinnelig|"
    r"oryginaln|przekazan|wiadomoś|пересыл|пересланн|исходное|сообщени|переслан|eredeti|původní|pôvodná|алкуперäinen|"
    r"alkuperäinen|轉寄|转发|原始|オリジナル|転送|元のメッセージ|원본|전달|iletilen|orijinal|προωθημένο|reply message|antwort|"
    r"message|messaggio|mensaje|mensagem|nachricht|bericht|mail|meddelande|besked|melding"
)


def header_kind(line: str) -> str:
    """ "from", "sent", "to", "cc" or "subject" when the line is such a header line of a quoted mail, else ""."""
    if len(line) > 1000 or (":" not in line[:40] and "：" not in line[:40]):
        return ""
    match = _HEADER_LINE.match(line)
    return _KIND_OF_WORD.get(match.group(1).strip(" *_").casefold(), "") if match else ""


def is_separator(line: str) -> bool:
    """A line such as "-----Original Message-----" or "---------- Forwarded message ---------"."""
    if len(line) > 120:
        return False
    if line.lstrip(" \t>")[:1] not in _SEPARATOR_STARTS:
        return len(line) < 80 and line.rstrip().endswith((":", "：")) and bool(_MESSAGE_OF.match(line))
    match = _SEPARATOR.match(line)
    return bool(match and _SEPARATOR_WORDS.search(match.group(1)))


def header_block(lines: list[str], index: int) -> int:
    """Number of lines of the header block of a quoted mail that begins at `lines[index]`, 0 when none does.

    A block starts with a From or Sent line and names at least two other kinds within its next eight lines
    (one other kind when that is a Sent or Subject line beside From).
    """
    first = header_kind(lines[index])
    if first not in ("from", "sent") or _value_of(lines[index]) == "":
        return 0
    kinds, last = {first}, index
    for position in range(index + 1, min(len(lines), index + 9)):
        kind = header_kind(lines[position])
        if kind:
            kinds.add(kind)
            last = position
        elif not lines[position].strip(" >*\t") and (len(kinds) > 1 or position > index + 1):
            break
    complete = len(kinds) >= 3 or (len(kinds) == 2 and "from" in kinds and kinds & {"sent", "subject"})
    return last - index + 1 if complete else 0


def _value_of(line: str) -> str:
    return re.split(r"[:：]", line, maxsplit=1)[1].strip(" *_\t")
