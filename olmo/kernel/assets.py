"""Static files under names with a digest of their content, so that browsers may keep them for ever."""

import functools

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class AssetStorage(CompressedManifestStaticFilesStorage):
    """Digest names where `collectstatic` has run (bin/setup does it); plain names before."""

    manifest_strict = False

    @functools.cached_property
    def is_collected(self) -> bool:
        """Whether there are copies to point to."""
        return bool((settings.STATIC_ROOT / self.manifest_name).exists())

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a static file."""
        return str(super().url(name or "", force)) if self.is_collected else f"{settings.STATIC_URL}{name}"
