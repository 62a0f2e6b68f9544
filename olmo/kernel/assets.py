"""Static files under names with a digest of their content, so that browsers may keep them for ever."""

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class AssetStorage(CompressedManifestStaticFilesStorage):
    """Digest names once `collectstatic` has run; plain names before (tests, development)."""

    manifest_strict = False

    def url(self, name: str | None, force: bool = False) -> str:
        if not (settings.STATIC_ROOT / self.manifest_name).exists():
            return f"{settings.STATIC_URL}{name}"
        return str(super().url(name, force))
