"""What mail systems write when a delivery failed, by families of phrases.

RFC 3464 reports are read by their fields (`status`); many systems, old and new, only write prose. Their prose
has few shapes: an opening sentence, then addresses at the start of lines (often "<a@b>:" and the reason), or
"label: a@b", or an address inside the failing sentence or the SMTP dialogue; then a copy of the mail. The
rules below are those shapes, not particular products.
"""

import re

# The copy of the returned mail begins here; addresses after it are not failed recipients.
_COPY = re.compile(
    r"""(?im)^[\s>*|#=-]{0,80}(?:
      (?:this\sis\sa|included\sis\sa|below\s(?:this\sline\s)?is\sa|attached\sis\sa|attachment\sis\sa
        |what\sfollows\sis\sa)\s.{0,20}copy\b
    | below\sthis\sline | (?:original|returned|unsent|undelivered|old|bounced)\s(?:mail|message|header)s?\b.{0,30}
        (?:follow|below|header|details|text|is\sas|reads|as\sreceived|:|-{3,}|$)
    | your\s(?:mail|message)\s(?:reads|follows|was)\b.{0,20}(?:part|:)
    | (?:the\s)?(?:message\s)?(?:header|headers|body|text)\b.{0,40}(?:follow|original|below)
    | (?:the\s)?(?:first|top)\s\d+\slines\b | (?:original|unsent|returned)\s(?:mail|message)\s?[-:=*|]*\s*$
    | the\sheader\sof\sthe\soriginal | the\soriginal\smessage\s(?:was|follows|headers?) .{0,40}\sfollow
    | message\stext\sfollows | message\scontents?\s(?:follow|are) | copy\sof\s(?:the\s|your\s)?(?:original\s|message)
    | start\sof\s(?:returned|original|forwarded) | begin\s(?:original|message) | (?:returned
        |original)\smessage\sheaders?
    | ursprüngliche\snachricht | message\sd.origine | messaggio\soriginale | mensaje\soriginal | 以下.{0,20}(?:原
        |元) | 元のメッセージ
    )"""
    , re.VERBOSE,
)  # fmt: skip
_HEADER_START = re.compile(
    r"(?m)^(?:>\s?)?(?:Return-Path|Received|X-[A-Za-z-]{2,40}):[ \t].*\n(?:[ \t>].*\n|[A-Za-z-]{2,40}:.*\n){2}"
)

_SUBJECT = re.compile(
    r"""^\W{0,6}(?:\[[^\]]{1,40}\]\s*|\S{1,12}:\s?(?=undeliver))?(?:
      (?:mail|message|email|e-mail|your\s(?:mail|message|email))?\s?(?:delivery|deliver)\s(?:has\s
        |status\snotification\s\(|notification:.{0,20}|of\s.{0,40})?
        (?:failed|failure|fail|error|problem|unsuccessful|subsystem|failure\snotification)
    | (?:permanent|fatal|final|temporary)?\s?delivery\s(?:failure|error|problem|report\s\(failure)
    | (?:un|non[-\s]?)deliver(?:able|ed|y)\b | returned\s(?:mail|message|to\ssender|e-?mail) | (?:mail|message
        |e-?mail)\s?(?:was\s)?returned
    | failure\snotice | failed\s(?:mail|delivery|message|to\sdeliver) | (?:mail|message
        |e-?mail)\s(?:delivery\s)?(?:failed|failure|error|undeliverable|not\sdelivered|status\s-\sundeliverable
        |could\snot\sbe\sdelivered|bounced)
    | message\snot\sdelivered | could\snot\s(?:be\s)?deliver | unable\sto\sdeliver | mail\s?(?:system\serror
        |could\snot)
    | delivery\sstatus\snotification\s?(?:\(failure\)|:\s(?:fail|error)|\(.{0,20}fail)
        | delivery\snotification:\sdelivery\shas\sfailed
    | (?:nondeliverable|user\sunknown|unknown\s(?:user|recipient|address)|address\s(?:not\sfound|error)
        |mailbox\s(?:full|unavailable))
    | (?:rejected|blocked)\s(?:mail|message)| non\sremis | \S{1,20}\ssmtp\sserver:\serrors\sfrom
        | bounced?\s(?:mail|message|e-?mail)
    | échec\s(?:de|d'envoi)|non[-\s]remis|avis\sde\snon | mancata?\s(?:consegna|recapito)|consegna\s(?:fallita
        |non)|messaggio\snon\s(?:consegnato|recapitato)|impossibile\s(?:recapitare|consegnare)
        |non\s(?:recapitabile|consegnato)
    | unzustellbar|nicht\szustellbar|zustell(?:ung|barkeit)?.{0,20}(?:fehl|nicht)|fehler\sbei\sder\szustellung
        | (?:correo|mensaje)\s(?:no\sentregado|devuelto)|no\sse\spud|error\sde\sentrega|entrega\sfallida
    | não\s(?:entregue|foi\spossível)|falha\sna\sentrega | niet\s(?:bezorgd|bestelbaar)|onbestelbaar | 退信
        |无法投递|投递失败|系统退信|退件|無法傳遞 | 配信(?:不能|エラー|できま)|送信(?:エラー|できま)
        |メール(?:エラー|送信エラー|を配信) | недоставлен|не\sдоставлен|ошибка\sдоставки
    )""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
# Subjects that only programs write, whoever the sender seems to be (relays rewrite From).
_CANONICAL = re.compile(
    r"(?i)^\s*(?:undelivered mail returned to sender|delivery status notification \(fail"
    r"|delivery status notification: fail"
    r"|mail delivery failed: returning message to sender"
    r"|returned mail: (?:see transcript|user unknown|host unknown)"
    r"|failure notice\s*$|mail system error - returned mail)"
)
# Some systems keep the subject of the mail and add the verdict behind it.
_SUBJECT_END = re.compile(
    r"(?i)\W\s?(?:undeliver(?:able|ed)|not delivered|delivery fail(?:ed|ure)|non remis|unzustellbar"
    r"|non recapitat[oa]|no entregado|onbestelbaar)\W{0,2}$"
)
_DELAY = re.compile(
    r"(?i)\b(?:delay(?:ed)?|still being retried|not yet been delivered|has not yet been"
    r"|will (?:be retried|continue trying|keep trying)"
    r"|warning: (?:message|could not|your)|this is (?:just )?a warning|do not need to resend"
    r"|delivery attempts will continue"
    r"|could not (?:send|deliver) message for past|verzögert|retard[ée]|in ritardo|ritardata|retrasad)"
)
_FAILURE = re.compile(
    r"""(?i)(?:(?:could|can|was|were|has|have|is|are|did|will)\s?(?:not|n.t)\s(?:be\s"
    r"|been\s)?(?:deliver|reach|sen[dt]|receiv|relay|accept|complet|transferr)
    | (?:not|n't)\s(?:been\s)?(?:able\sto\s)?deliver(?:ed)?\b | del[ei]ver(?:y|ing|ed)?\b.{0,60}\b(?:fail|error
        |problem|aborted|refused|unsuccessful|not\spossible) | fail(?:ed|ure)?\b.{0,60}\b(?:deliver|recipient
        |address|to\ssend)
    | undeliver(?:able|ed) | returned\s(?:to\ssender|mail|because) | (?:has|have|was|were|been
        |message)\s(?:been\s)?(?:rejected|bounced|returned|refused)
    | permanent\s(?:fatal\s)?error | giv(?:en|ing)\sup | unknown\s(?:user|recipient|address|or\sillegal)
        | (?:user|recipient|mailbox|address|account)\s(?:is\s)?(?:unknown|not\s(?:found|known|exist|recogni)
        |unavailable|disabled|inactive|over\squota|does\snot)
    | no\ssuch\s(?:user|mailbox|address|recipient|person) | no\smailbox\shere | unable\sto\s(?:deliver|send
        |relay) | encountered\s(?:an?\s)?(?:error|delivery\sproblem) | error\swas\sdetected | did\snot\s(?:reach
        |receive|exactly\smatch|match)
    | error\shas\soccurred | could\snot\sfind\s | incorrectly\sconstructed
    | could\snot\ssend | no\svalid\srecipients | n'a\spas\s(?:pu\s)?(?:être|etre|été) | nicht\szugestellt
        |konnte\snicht | non\s(?:è\sstato|può\sessere|ha\spotuto)|impossibile | no\s(?:se\spudo|pudo|ha\spodido)
    | 配信でき|送信でき|届けでき|届きません|宛先不明|存在しません|無法|无法|失败|失敗 | \b5\d\d[\s-]5\.\d\.\d
        | \b55[0-4]\b[\s-]
    )""",
    re.VERBOSE,
)  # fmt: skip
_STRONG_OPENING = re.compile(
    r"""(?i)(?:created\sautomatically\sby\s(?:the\s)?mail\sdelivery "
    r"| automatically\sgenerated\sdelivery\s(?:status|fail)|this\sis\sthe\s.{1,60}\s(?:program|agent|system)\sat
    | (?:message|mail)\syou\ssent\s.{0,30}could\snot | your\s(?:e-?mail\s)?(?:message|mail
        |e-?mail)\b.{0,160}(?:not\s(?:be\s)?(?:been\s)?deliver|did\snot\sreach|undeliverable
        |encountered\sdelivery|was\snot\sdelivered|could\snot\sbe)
    | delivery\sto\sthe\sfollowing\s(?:recipient|address)|(?:unable|not\sable
        |wasn't\sable)\sto\sdeliver\s(?:your\s|the\s)?(?:message|mail) | non-?delivery\sreport
        |did\snot\sreach\s(?:the|some)
    | deliver(?:y|ing)\s(?:has\s)?fail|there\swas\san\serror\sdelivering|could\snot\sbe\sdelivered
        |transcript\sof\s(?:the\s)?session|following\s(?:address(?:es|\(es\))?
        |recipients?(?:\(s\))?)\b.{0,60}(?:fail|not)|no\svalid\srecipients
    | n'a\spas\spu|konnte\snicht\szugestellt|non\sè\sstato\spossibile\s(?:consegnare|recapitare)
        |no\sse\spudo\sentregar|配信できませんでした|お届けできません|could\snot\sdeliver|message\snot\sdelivered
        |delivery\sfailed)""",
    re.VERBOSE,
)  # fmt: skip

_READ = 60_000


def notice(text: str) -> str:
    """The system's own words: the text up to the copy of the returned mail."""
    text = text[:_READ]
    ends = [match.start() for pattern in (_COPY, _HEADER_START) for match in [pattern.search(text, 1)] if match]
    return text[: min(ends)] if ends else text


def names_failure(subject: str) -> bool:
    """The subject is one that mail systems give to failure notices."""
    return bool(_SUBJECT.match(subject[:300]) or _SUBJECT_END.search(subject[-60:]))


def is_canonical(subject: str) -> bool:
    """The subject alone is proof enough."""
    return bool(_CANONICAL.match(subject[:300]))


def names_delay(text: str) -> bool:
    """It is said that delivery is only late so far."""
    return bool(_DELAY.search(text[:4000]))


def tells_failure(text: str) -> bool:
    """Some sentence says that a delivery failed."""
    return bool(_FAILURE.search(text[:8000]))


def opens_as_failure(text: str) -> bool:
    """It opens with a sentence that only mail systems write."""
    return bool(_STRONG_OPENING.search(text[:1500]))
