"""Example words for /design, the living page of components: what a page builder has to give each partial.

The persons are invented; the words stay in the languages of the two clients they stand for.
"""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.safestring import SafeString

from olmo.kernel import clock

Context = dict[str, Any]

ICONS = (
    "alert", "app", "archive", "at", "bag", "bell", "bold", "book", "building", "calendar", "chart", "chat", "check",
    "clip", "code", "code-block", "done", "down", "download", "escalate", "eye", "fault", "file", "filter",
    "flag", "folder", "form", "gear", "globe", "help", "history", "image", "inbox", "info", "italic", "key",
    "laptop", "leave", "left", "link", "list", "lock", "macro", "mail", "menu", "merge", "minus", "monitor", "more",
    "newcomer", "numbers", "out", "pause", "pen", "phone", "play", "plus", "printer", "problem", "quote",
    "redact", "reload", "reply", "right", "robot", "screen", "search", "send", "server", "shield", "sidebar", "snooze",
    "split", "star", "sun", "tag", "todo", "trash", "undo", "unmerge", "up", "user", "users", "waiting", "wake",
    "wifi", "x",
)  # fmt: skip
PAPERS = ("paper-sunken", "paper", "paper-raised", "paper-hover", "paper-selected", "line", "line-firm")
INKS = ("ink", "ink-2", "ink-3", "elm", "elm-fill", "elm-soft", "elm-line", "brick", "brick-fill", "brick-soft")
REST = ("ochre", "ochre-soft", "ochre-line", "slate", "slate-soft", "plum", "plum-soft", "brand", "brand-fill")


class Form(forms.Form):
    """One field of each shape; one of them wrong."""

    subject = forms.CharField(label="Subject", help_text="As the requester would say it")
    impact = forms.ChoiceField(label="Impact", choices=[("one", "One person"), ("team", "A team")])
    due = forms.CharField(label="Due", required=False)
    urgent = forms.ChoiceField(
        label="Urgency", choices=[("now", "Work has stopped"), ("later", "It can wait")], widget=forms.RadioSelect
    )
    inform = forms.BooleanField(label="Tell the requester by e-mail", required=False)
    text = forms.CharField(label="What happened", widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def clean_due(self) -> str:
        raise forms.ValidationError("February has 28 days in 2027.")


def context() -> Context:
    """Everything that look/design.html shows, at the present moment."""
    now = clock.now()
    form = Form({"subject": "Printer is out of toner", "due": "31 Feb", "impact": "one", "urgent": "later"})
    return {
        "icons": ICONS,
        "swatches": PAPERS + INKS + REST,
        "form": form,
        "groups": groups(now),
        "list_label": "To do",
        "sentence": sentence(),
        "days": [{"day": now, "entries": entries(now)}],
        "composer": composer(),
        "head": head(now),
        "sections": sections(),
        "panel_label": "About this ticket",
        "stages": stages(),
        "requests": requests(now),
        "dialog": {"id": "merge", "title": "Merge 4826 into 4821?", "ok": "Merge", "url": "#",
                   "text": "Luca and Giulia will both get answers from one ticket. You can take it apart again."},
        "now": now,
    }  # fmt: skip


def _row(number: int, title: str, last: str, people: str, priority: int, **more: Any) -> Context:
    name, _, organisation = people.partition(" · ")
    plain = {"number": number, "title": title, "last": last, "people": name, "organisation": organisation}
    return plain | {"url": f"#ticket-{number}", "priority": priority, "channel": "mail", "owner": "Alma Ferri"} | more


def groups(now: datetime) -> list[Context]:
    """Two groups of rows: late, and today."""
    late = [
        _row(4821, "VPN drops every few minutes since this morning", "La riunione con il cliente è alle 15.",
             "Giulia Conti · Officine Marchetti", 1, is_unread=True, owner="Tove Lind", due_share=0,
             due_at=now - timedelta(minutes=34), presence={"icon": "eye", "short": "TL", "words": "Tove is reading"}),
        _row(4807, "Scanner on line 3 does not read pallets", "Rebooted twice, same beep.",
             "Dag Pettersen · Nordkai Logistics", 2, channel="phone", due_at=now - timedelta(minutes=6), due_share=0),
    ]  # fmt: skip
    today = [
        _row(4830, "ZT411 label printer prints blank labels", "Same as Hall B? We have stopped packing.",
             "Marek Rudny · Nordkai Logistics", 1, is_unread=True, channel="chat", owner=None,
             due_at=now + timedelta(minutes=12, seconds=30), due_share=14),
        _row(4829, "New starter Monday: laptop, badge, payroll access", "Form complete, manager approved.",
             "Sara Venturi · Officine Marchetti", 3, channel="form", owner="Ines Rocha", is_selected=True,
             due_at=now + timedelta(hours=2, minutes=5, seconds=30), due_share=52),
        _row(4799, "Teams status stays on away", "Not urgent at all, just annoying.",
             "Karin Jonsson · Nordkai Logistics", 4, owner="Nadir Haddad", changed_at=now - timedelta(minutes=47)),
        _row(4788, "Adobe licence for the new brochure", "Cost centre 4410, start 1 December.",
             "Rui Alves · Acme Industrial", 3, channel="form", changed_at=now - timedelta(days=2),
             badge={"tone": "slate", "label": "Waiting"}),
    ]  # fmt: skip
    return [
        {"title": "Late", "count": len(late), "is_late": True, "rows": late},
        {"title": "Today", "count": len(today), "rows": today},
    ]


def sentence() -> list[Context]:
    """A filter that reads as a sentence."""
    whose = ("me", "my teams", "nobody", "anybody")
    return [
        {"text": "Open tickets of"},
        {"word": "me", "label": "Whose", "options": [{"label": w, "url": "#", "active": w == "me"} for w in whose]},
        {"text": "sorted by"},
        {"word": "what is due first", "label": "Order", "options": [{"label": "what is new", "url": "#"}]},
    ]


def entries(now: datetime) -> list[Context]:
    """One entry of each kind of the log."""
    start = now - timedelta(hours=5)
    files = [{"name": "vpn-errore.png", "url": "#", "size": 214_000, "is_image": True},
             {"name": "forticlient.log", "url": "#", "size": 1_800_000}]  # fmt: skip
    asked = _said("m1", "asker", "Giulia Conti", "requester",
                  "<p>Buongiorno, da stamattina la VPN cade ogni 3–4 minuti. Alle 15 ho la riunione e devo"
                  " condividere i disegni dal server.</p><p>Allego la schermata.</p>",
                  via="by e-mail to assistenza@marchetti.example", channel="mail", attachments=files, images_blocked=2,
                  images_url="#", quoted=SafeString("<p>On Monday Alma wrote: all is well again.</p>"))  # fmt: skip
    answered = _said("m2", "agent", "Alma Ferri", "agent", "<p>Buongiorno Giulia, grazie per il log: si vede che il"
                     " client perde il tunnel quando cambia rete.</p><p>Provi con il cavo.</p>",
                     via="to Giulia, copy Marco Galli", state="Read by Giulia at 15:08",
                     notice={"tone": "brick", "icon": "mail", "title": "Not delivered to marco@marchetti.example.",
                             "text": "Their server said: mailbox full. We tried for 4 hours."})  # fmt: skip
    noted = _said("m3", "note", "Alma Ferri", "agent", "<p>With the cable it drops too, so not her Wi-Fi. She is tense"
                  " about 15:00: please call her before changing anything.</p>",
                  actions=[{"label": "Redact", "icon": "redact", "url": "#", "is_danger": True}])  # fmt: skip
    return [
        {"at": start, "said": asked},
        {"at": start, "fold": "2 steps by Olmo: team, priority",
         "events": [SafeString("Team set to <b>Service desk, tier 1</b>"), SafeString("Priority set to <b>1</b>")]},
        {"at": start + timedelta(minutes=11), "said": answered},
        {"at": start + timedelta(minutes=94), "icon": "pause",
         "event": SafeString("<b>Alma</b> put it on hold, waiting for Giulia; any answer wakes it")},
        {"at": start + timedelta(minutes=144), "said": noted},
        {"at": start + timedelta(minutes=150), "handover": {
            "title": "Alma escalated to Network, tier 2", "note": "taken by Tove in 3 m",
            "facts": [{"label": "Tried", "text": "Cable instead of Wi-Fi, new profile"},
                      {"label": "Needed", "text": "Permission to roll LT-0482 back before 14:30"}]}},
    ]  # fmt: skip


def _said(id_: str, as_: str, name: str, kind: str, body: str, **more: Any) -> Context:
    return {"id": id_, "as_": as_, "name": name, "kind": kind, "body": SafeString(body)} | more


def composer(as_: str = "reply") -> Context:
    """A composer with a draft, a file that is there and a variant of sending."""
    return {
        "url": "#", "draft_key": "design", "as_": as_, "to": ["Giulia Conti", "copy Marco Galli"],
        "note_readers": "Alma, Tove and the Network team. The client never sees it.",
        "reply_text": "Ottimo, Giulia. Le lascio qui la guida alla versione 7.2.8.",
        "reply_label": "Send to Giulia + 1", "note_label": "Add note for 5 agents",
        "variants": [{"value": "reply-resolve", "label": "Send and resolve", "icon": "check"}],
        "uploads": [{"id": "1", "name": "guida-vpn-7.2.8.pdf", "size": 2_400_000}], "max_size": "25 MB",
    }  # fmt: skip


def head(now: datetime) -> Context:
    """The head of a late incident."""
    return {
        "number": 4821, "kind": "Incident", "title": "VPN drops every few minutes since this morning",
        "badge": {"tone": "elm", "label": "Open"}, "presence": {"icon": "eye", "words": "Tove is reading"},
        "tools": [{"label": "Hold", "icon": "snooze", "url": "#"},
                  {"label": "Escalate", "icon": "escalate", "url": "#"}],
        "more": [{"label": "Merge…", "icon": "merge", "url": "#"}, {"label": "Split…", "icon": "split", "url": "#"}],
        "main": {"label": "Resolve", "icon": "check", "url": "#"},
        "promises": [{"words": "First response, promised in 30 m", "state": "met", "clock": "11 m"},
                     {"words": "Resolution", "due_at": now - timedelta(minutes=34), "share": 0}],
    }  # fmt: skip


def sections() -> list[Context]:
    """What stands beside a ticket: the requester, properties of each kind, related tickets."""
    agents = [{"value": n, "label": n, "who": n, "active": n == "Tove Lind"} for n in ("Alma Ferri", "Tove Lind")]
    levels = ("Critical", "High", "Normal", "Low")
    grades = [{"value": n, "label": word, "priority": n, "active": n == 1} for n, word in enumerate(levels, 1)]
    person = {"name": "Giulia Conti", "note": "Design, Officine Marchetti"}
    phone = {"label": "Phone", "value": "+39 059 555 0142"}
    return [
        {"title": "Requester", "link": {"url": "#", "label": "12 tickets"}, "person": person, "facts": [phone]},
        {"title": "Properties", "facts": [
            {"label": "Owner", "value": "Tove Lind", "who": "Tove Lind", "url": "#", "name": "assignee", "find": True,
             "options": agents},
            {"label": "Team", "value": "Network, tier 2", "url": "#", "name": "team", "options": []},
            {"label": "Priority", "value": "Critical", "priority": 1, "url": "#", "name": "priority",
             "options": grades},
            {"label": "Because", "value": "Impact high, urgency high"},
            {"label": "Tags", "tags": ["vpn", "home-office"]},
            {"label": "Due"},
        ]},
        {"title": "Similar tickets", "lines": [
            {"url": "#", "label": "VPN cade dopo aggiornamento", "number": 4598, "note": "Studio Lodi, resolved"},
            {"url": "#", "label": "FortiClient 7.4.1 drops tunnels", "note": "6 tickets",
             "badge": {"tone": "plum", "label": "P-112"}},
        ]},
    ]  # fmt: skip


def stages() -> list[Context]:
    """How far a service request is."""
    return [
        {"is_": "done", "title": "Ricevuta", "text": "Lunedì 23 novembre, 9:40"},
        {"is_": "done", "title": "Presa in carico da Ines", "text": "Martedì 24, 10:12"},
        {"is_": "now", "title": "Ordinata al fornitore", "text": "Consegna prevista mercoledì 2 dicembre."},
        {"is_": "next", "title": "Confermata da te", "text": "Se qualcosa non va, la richiesta si riapre da sola."},
    ]


def requests(now: datetime) -> list[Context]:
    """A requester's tickets."""
    return [
        {"number": 4821, "url": "#", "title": "La VPN cade ogni pochi minuti", "icon": "chat", "is_unread": True,
         "state": "Tove ti ha risposto", "at": now - timedelta(minutes=28)},
        {"number": 4802, "url": "#", "title": "Secondo monitor per l’ufficio", "icon": "waiting",
         "state": "In consegna", "until": "pronto entro giovedì 3 dicembre"},
    ]  # fmt: skip
