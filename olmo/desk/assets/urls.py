"""The addresses of assets, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import files, listing, many, pages

urlpatterns = [
    path("assets", listing.index, name="asset_list"),
    path("assets/new", pages.new, name="asset_new"),
    path("assets/import", files.load, name="asset_import"),
    path("assets/import/<int:pk>", files.loaded, name="asset_load"),
    path("assets/export", files.export, name="asset_export"),
    path("assets/many", many.change, name="asset_many"),
    path("assets/many/<uuid:mark>", many.batch, name="asset_batch"),
    path("assets/many/<uuid:mark>/undo", many.undo, name="asset_batch_undo"),
    path("assets/<int:pk>", pages.asset, name="asset"),
    path("assets/<int:pk>/edit", pages.edit, name="asset_edit"),
    path("assets/<int:pk>/retirement", pages.retire, name="asset_retirement"),
    path("assets/<int:pk>/retirement/end", pages.restore, name="asset_retirement_end"),
]
