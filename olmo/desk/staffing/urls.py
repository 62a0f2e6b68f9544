"""The addresses of staffing, below /desk/; they live in the desk's namespace."""

from django.urls import path

from . import availability

urlpatterns = [
    path("availability", availability.shown, name="availability"),
    path("availability/presence", availability.say, name="presence_said"),
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
]
