"""The addresses of staffing, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import availability, feed, oncall, team

urlpatterns = [
    path("availability", availability.shown, name="availability"),
    path("availability/presence", availability.say, name="presence_said"),
    path("availability/feed", feed.make, name="feed_made"),
    path("availability/feed/end", feed.revoke, name="feed_end"),
    path("availability/absences/new", availability.absence, name="absence_new"),
    path("availability/absences/<int:pk>", availability.absence, name="absence"),
    path("availability/absences/<int:pk>/removal", availability.absence_removal, name="absence_removal"),
    path("availability/shifts/new", availability.pattern, name="pattern_new"),
    path("availability/shifts/<int:pk>", availability.pattern, name="pattern"),
    path("availability/shifts/<int:pk>/removal", availability.pattern_removal, name="pattern_removal"),
    path("availability/of/<int:pk>", availability.shown, name="availability_of"),
    path("availability/of/<int:person>/absences/new", availability.absence, name="absence_new_of"),
    path("availability/of/<int:person>/shifts/new", availability.pattern, name="pattern_new_of"),
    path("availability/of/<int:person>/profile", availability.profile, name="staffing_profile"),
    path("oncall", oncall.board, name="oncall"),
    path("oncall/new", oncall.schedule, name="oncall_new"),
    path("oncall/<int:pk>", oncall.schedule, name="oncall_schedule"),
    path("oncall/<int:pk>/removal", oncall.removal, name="oncall_removal"),
    path("oncall/<int:pk>/overrides", oncall.override, name="override"),
    path("oncall/overrides/<int:pk>/end", oncall.override_end, name="override_end"),
    path("oncall/<int:schedule>/layers/new", oncall.layer, name="oncall_layer_new"),
    path("oncall/layers/<int:pk>", oncall.layer, name="oncall_layer"),
    path("oncall/layers/<int:pk>/removal", oncall.layer_removal, name="oncall_layer_removal"),
    path("oncall/feed/<slug:token>.ics", feed.fetch, name="feed"),
    path("staff", team.board, name="staff"),
]
