"""Tables of the knowledge room. An article of an organisation is seen within its scope; the others are everybody's."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team
from olmo.tenancy.models import Client


class Audience(models.TextChoices):
    """Who reads an article once it is published. Agents read them all, but for those of other teams."""

    PUBLIC = "public", _("Everybody")
    ORGANISATION = "organisation", _("One organisation")
    AGENTS = "agents", _("All agents")
    TEAM = "team", _("One team")


class State(models.TextChoices):
    """How far the newest text is. A published text stays readable while a newer one is a draft or in review."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class Kind(models.TextChoices):
    """What an article is: how something is done, or a fault that is known and not mended yet."""

    GUIDE = "guide", _("Guide")
    KNOWN_ERROR = "error", _("Known error")


class Article(models.Model):
    """One subject. `pending`: the newest version that the reviewer was shown; `approved_by` is never one of its authors.

    helped: readers whom it helped; the database counts them with `Feedback`.
    """

    key = models.CharField(_("key"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.GUIDE)
    products = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("products"))
    topic = models.CharField(_("subject area"), max_length=80, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("owner"))
    audience = models.CharField(_("audience"), max_length=12, choices=Audience, default=Audience.AGENTS)
    client = models.ForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reviewer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    remark = models.TextField(blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0, help_text="Rises with every change: what a page was written on.")
    uses = models.PositiveIntegerField(default=0)
    helped = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(audience="organisation", client__isnull=False) | (~Q(audience="organisation") & Q(client=None))
                )
                & (Q(audience="team", team__isnull=False) | (~Q(audience="team") & Q(team=None))),
                name="audience_is_named",
            ),
        ]
        indexes = [
            models.Index(fields=["review_on"], name="article_review", condition=~Q(review_on=None)),
            models.Index(fields=["-helped", "-uses", "key"], name="article_helped"),
        ]

    def __str__(self) -> str:
        return self.key


class Translation(models.Model):
    """An article in one language: the version that readers see, and the newest one."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="translations")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    shown = models.ForeignKey("Version", models.PROTECT, null=True, related_name="+")
    newest = models.ForeignKey("Version", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "language"], name="one_translation_each")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.language}"

    @property
    def has_news(self) -> bool:
        """Whether something was written that readers do not see yet."""
        return self.newest_id != self.shown_id


class Version(models.Model):
    """A text of a translation as it was written; Markdown throughout. The database refuses UPDATE and DELETE."""

    translation = models.ForeignKey(Translation, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    symptoms = models.TextField(_("symptoms"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    workaround = models.TextField(_("workaround"), blank=True)
    solution = models.TextField(_("solution"), blank=True)
    environment = models.TextField(_("environment"), blank=True)
    body = models.TextField(_("text"), blank=True)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["translation", "number"], name="versions_in_order")]

    def __str__(self) -> str:
        return self.title


PARTS = ("summary", "symptoms", "cause", "workaround", "solution", "environment", "body")


class File(models.Model):
    """A picture or another file of an article; its content is kept once per sha256. Without an article it waits for one.

    Old versions go on showing it, so it is only taken off the list (`is_listed`). `is_published`: whether it stands on the list
    that readers see, which follows when the article is published. `was_shown`: whether a published text ever showed it; as
    its address may stand in mails since, whoever reads the article goes on opening it.
    """

    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="files")
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="+", db_index=False)
    uploader = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=127, default="application/octet-stream")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    is_listed = models.BooleanField(default=True)
    is_published = models.BooleanField(default=False)
    was_shown = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["article", "name"], name="files_of_an_article")]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One thing that happened to an article: its change trail. The database refuses UPDATE and DELETE."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="trail")
    kind = models.CharField(max_length=16)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    data: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.kind


class Passage(models.Model):
    """A piece of a published text that is understood as a whole. Its vector is in a table of SQL alone (see meaning.py)."""

    class Part(models.TextChoices):
        TITLE = "title"
        SUMMARY = "summary"
        BOTH = "both"  # title and summary, read as one
        TEXT = "text"

    translation = models.ForeignKey(Translation, models.CASCADE, related_name="passages")
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="+", db_index=False)
    part = models.CharField(max_length=7, choices=Part)
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:80]


class Term(models.Model):
    """What a published text says: a lexeme of PostgreSQL's full text, "=12" for a group of synonyms, "!lt0482" for a code.

    "@lexmark ms431": what the article is about, by its products.
    """

    translation = models.ForeignKey(Translation, models.CASCADE, related_name="terms")
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="+", db_index=False)
    language = models.CharField(max_length=8)
    lexeme = models.CharField(max_length=100)
    weight = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["lexeme", "language"], include=["translation", "weight", "client"], name="terms_said")
        ]

    def __str__(self) -> str:
        return self.lexeme


class Word(models.Model):
    """A word that texts or synonyms hold, as it is written: what a mistyped word may have meant. None of one organisation's."""

    language = models.CharField(max_length=8)
    word = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="words_once")]

    def __str__(self) -> str:
        return self.word


class Synonyms(models.Model):
    """Words for one thing. words: language -> words or phrases; lexemes: the same as PostgreSQL's full text reads them."""

    words: Any = models.JSONField(_("words"), default=dict)
    lexemes: Any = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "synonyms"

    def __str__(self) -> str:
        return ", ".join(word for words in self.words.values() for word in words)[:80]


class StopWords(models.Model):
    """The words of a language that say nothing about what somebody looks for."""

    language = models.CharField(max_length=8, primary_key=True)
    words = ArrayField(models.CharField(max_length=60), default=list)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "stop words"

    def __str__(self) -> str:
        return self.language


class Feedback(models.Model):
    """Whether an article helped a reader: their last word on it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="feedback", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    is_helpful = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [models.UniqueConstraint(fields=["article", "person"], name="one_word_each")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.is_helpful}"


class Suggestion(models.Model):
    """What a reader says is wrong with an article or could be better: its owner's task, until it is answered."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CHANGED = "changed", _("Changed")
        DECLINED = "declined", _("Declined")

    article = models.ForeignKey(Article, models.CASCADE, related_name="suggestions")
    by = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    words = models.TextField(_("what is wrong, or could be better"), max_length=2000)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True, max_length=2000)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at"], name="suggestions_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.words[:80]
