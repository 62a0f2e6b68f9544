import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.test import RequestFactory, override_settings
from django.urls import resolve
from django.utils import translation

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.knowledge import actions, files, folder, loading
from olmo.knowledge.actions import Text
from olmo.knowledge.models import Article, File, Kind, Translation
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .stage import KnowledgeTest

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def opened(viewer: Person, address: str) -> bytes:
    """What an address answers. Raises NotFound."""
    request = RequestFactory().get(address)
    request.person = viewer  # type: ignore[attr-defined]
    found = resolve(request.path_info)
    return b"".join(found.func(request, **found.kwargs).streaming_content)


class FilesOfAnArticle(KnowledgeTest):
    def kept(self, by: Person | None = None, name: str = "socket.png", content: bytes = PNG) -> File:
        return files.keep(by=by or self.alma, name=name, media_type="image/png", chunks=[content], size=len(content))

    def added(self, article: Article, by: Person | None = None, **more: Any) -> File:
        file = self.kept(by, **more)
        actions.change_files(article, [file.pk], [], by=by or self.alma)
        file.refresh_from_db()
        return file

    def opens(self, viewer: Person, file: File) -> bool:
        try:
            return files.one(viewer, file.pk) == file
        except NotFound:
            return False

    def test_a_file_waits_for_the_article_of_whoever_uploaded_it(self) -> None:
        file, other = self.kept(), self.kept(self.tove)
        article = self.draft()
        actions.change_files(article, [file.pk, other.pk], [], by=self.alma)
        self.assertEqual([one.pk for one in article.files.all()], [file.pk])

    def test_nobody_else_opens_a_file_that_waits(self) -> None:
        file = self.kept()
        self.assertEqual(files.one(self.alma, file.pk), file)
        with self.assertRaises(NotFound):
            files.one(self.tove, file.pk)

    def test_two_files_of_one_name_keep_apart(self) -> None:
        article = self.draft()
        actions.change_files(article, [self.kept().pk, self.kept(content=PNG + b"2").pk], [], by=self.alma)
        self.assertEqual([one.name for one in article.files.all()], ["socket-2.png", "socket.png"])

    def test_what_was_written_before_a_file_got_its_own_name_goes_on_showing_it(self) -> None:
        article, (first, second) = self.draft(), (self.kept(), self.kept(content=PNG + b"2"))
        written = files.address(second)  # the editor puts it into the text before the article has the file
        actions.change_files(article, [first.pk, second.pk], [], by=self.alma)
        self.assertEqual(opened(self.alma, written), PNG + b"2")
        files.give_up_name(File.objects.get(pk=first.pk))
        self.assertEqual(opened(self.alma, files.address(first)), PNG)

    def test_the_audience_of_the_article_guards_the_file(self) -> None:
        article = self.draft()
        file = self.added(article)
        with self.assertRaises(NotFound):
            files.one(self.rui, file.pk)
        self.bring_out(article)
        with self.assertRaises(NotFound):  # it is for agents
            files.one(self.rui, file.pk)
        Article.objects.filter(pk=article.pk).update(audience="public")
        self.assertEqual(files.one(self.rui, file.pk), file)

    def test_what_is_added_to_a_published_article_waits_for_a_second_person(self) -> None:
        article = self.published(audience="public")
        file = self.added(article)
        self.assertEqual((article.state, article.trail.first()), ("draft", article.trail.get(kind="files")))
        self.assertEqual((self.opens(self.rui, file), self.opens(self.tove, file)), (False, True))
        actions.ask_review(article, by=self.tove)
        with self.assertRaises(NotAllowed):
            actions.approve(article, by=self.alma)
        actions.approve(article, by=self.tove)
        actions.publish(article, by=self.alma)
        self.assertTrue(self.opens(self.rui, file))

    def test_what_is_taken_off_stands_for_readers_until_that_is_published(self) -> None:
        article = self.draft(audience="public")
        file = self.added(article)
        self.bring_out(article)
        self.assertTrue(actions.change_files(article, [], [file.pk], by=self.alma))
        self.assertEqual(article.trail.first().data, {"added": [], "taken_off": [file.pk]})  # type: ignore[union-attr]
        self.assertTrue(self.opens(self.rui, file))
        self.bring_out(article)
        self.assertFalse(self.opens(self.rui, file))

    def test_what_a_published_text_showed_its_readers_open_from_a_mail_later(self) -> None:
        article = self.draft(audience="public")
        file = self.added(article)
        actions.write(article, "en", Text(title="VPN", solution=f"![it]({files.address(file)})"), by=self.alma)
        self.bring_out(article)
        actions.write(article, "en", Text(title="VPN", solution="Press it."), by=self.alma)
        actions.change_files(article, [], [file.pk], by=self.alma)
        self.bring_out(article)
        self.assertEqual((files.is_shown(File.objects.get(pk=file.pk)), self.opens(self.rui, file)), (False, True))
        actions.retire(article, by=self.alma)
        self.assertFalse(self.opens(self.rui, file))

    def test_files_change_only_as_they_were_seen_and_by_who_may_write(self) -> None:
        article = self.published(audience="public")
        seen = article.version
        self.added(article)
        with self.assertRaises(Conflict):
            actions.change_files(article, [self.kept().pk], [], by=self.alma, seen=seen)
        with self.assertRaises(NotAllowed):
            actions.change_files(article, [], [file.pk for file in article.files.all()], by=self.rui)
        self.assertFalse(actions.change_files(article, [], [], by=self.alma, seen=seen))

    def test_requesters_keep_no_files_here_and_what_is_too_large_is_refused(self) -> None:
        with self.assertRaises(NotAllowed):
            self.kept(self.rui)
        with override_settings(OLMO_MAX_UPLOAD_BYTES=10), self.assertRaises(Invalid):
            self.kept()

    def test_taken_off_the_list_it_is_still_shown_where_a_text_names_it(self) -> None:
        article = self.draft()
        file = self.added(article)
        actions.change_files(article, [], [file.pk], by=self.alma)
        self.assertFalse(File.objects.get(pk=file.pk).is_listed)
        self.assertEqual(files.one(self.tove, file.pk), file)

    def test_in_a_mail_a_picture_is_a_link(self) -> None:
        self.assertIn(
            "[the socket](http", files.as_links("Look: ![the socket](/files/knowledge/3/socket.png)", "http://x")
        )
        with translation.override("it"):
            self.assertIn("[file](http", files.as_links("![](/files/knowledge/3/socket.png)", "http://x"))


class AFolderWithPictures(KnowledgeTest):
    def exported(self) -> Path:
        place = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, place)
        with scope(EVERY_CLIENT):
            for name, content in folder.files():
                (place / name).write_text(content, "utf-8")
            for name, source in folder.attached():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, place / name)
        return place

    def written(self) -> Article:
        article = self.draft("dock", title="Dock")
        file = files.keep(
            by=self.alma, name="the socket (left).png", media_type="image/png", chunks=[PNG], size=len(PNG)
        )
        actions.change_files(article, [file.pk], [], by=self.alma)
        text = Text(title="Dock", workaround="Use HDMI.", solution=f"Here:\n\n![it]({files.address(file)})")
        actions.write(article, "en", text, by=self.alma)
        Article.objects.filter(pk=article.pk).update(kind=Kind.KNOWN_ERROR, products=["Dock D1", "Screen 27"])
        article.refresh_from_db()
        self.bring_out(article)
        return article

    def contents(self, place: Path) -> dict[str, str]:
        return {
            str(path.relative_to(place)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(place.rglob("*")) if path.is_file()
        }  # fmt: skip

    def test_what_comes_in_elsewhere_goes_out_the_same_with_its_pictures(self) -> None:
        self.written()
        first = self.exported()
        Article.objects.filter(key="dock").update(key="gone")
        with scope(EVERY_CLIENT):
            loading.load(folder.read(first), beside=first)
        Article.objects.filter(key="gone").update(state="retired")
        self.assertEqual(self.contents(self.exported()), self.contents(first))
        self.assertIn("files/dock/the%20socket%20%28left%29.png", self.contents(first))
        again = Article.objects.get(key="dock")
        self.assertEqual((again.kind, again.products), (Kind.KNOWN_ERROR, ["Dock D1", "Screen 27"]))
        shown = Translation.objects.get(article=again).shown
        assert shown is not None
        self.assertEqual(files.ids_in(shown.solution), [again.files.get().pk])

    def test_another_file_of_one_name_gets_an_address_of_its_own(self) -> None:
        article = self.written()
        old = article.files.get()
        place = self.exported()
        (path,) = (place / "files" / "dock").iterdir()
        path.write_bytes(PNG + b"newer")
        with scope(EVERY_CLIENT):
            kept = loading.load(folder.read(place), beside=place)
        self.assertEqual(kept.changed, 1)
        was, new = article.files.order_by("pk")
        self.assertEqual((was.sha256, was.is_listed, new.name), (old.sha256, False, old.name))
        shown = Translation.objects.get(article=article).shown
        assert shown is not None
        self.assertEqual((files.ids_in(shown.solution), new.is_published), ([new.pk], True))

    def test_an_import_for_other_readers_takes_the_files_along(self) -> None:
        article = self.written()
        place = self.exported()
        text = place / "dock.en.md"
        text.write_text(
            text.read_text("utf-8").replace("audience: agents", "audience: organisation:Bolt Logistics"), "utf-8"
        )
        with scope(EVERY_CLIENT):
            loading.load(folder.read(place), beside=place)
        self.assertEqual(article.files.get().client, self.bolt)

    def test_the_same_folder_twice_changes_nothing(self) -> None:
        self.written()
        place = self.exported()
        with scope(EVERY_CLIENT):
            loading.load(folder.read(place), beside=place)
            kept = loading.load(folder.read(place), beside=place)
        self.assertEqual((kept.new, kept.changed, kept.same), (0, 0, 1))


class KindsAndProducts(KnowledgeTest):
    def test_an_unknown_kind_and_too_many_products_are_refused(self) -> None:
        with self.assertRaises(Invalid):
            self.draft(kind="problem")
        with self.assertRaises(Invalid):
            self.draft(products=tuple(f"Product {n}" for n in range(21)))

    def test_products_are_kept_once_and_trimmed(self) -> None:
        self.assertEqual(self.draft(products=(" Outlook ", "Outlook", "")).products, ["Outlook"])
