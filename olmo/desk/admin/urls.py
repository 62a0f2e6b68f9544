"""The addresses of administration, below /desk/admin/; they live in the desk's namespace (`desk:admin_...`)."""

from django.urls import path

from . import organisations, overview, people, provider, teams

urlpatterns = [
    path("", overview.overview, name="admin"),
    path("provider", provider.settings, name="admin_provider"),
    path("organisations", organisations.organisations, name="admin_organisations"),
    path("organisations/new", organisations.organisation, name="admin_organisation_new"),
    path("organisations/<int:pk>", organisations.organisation, name="admin_organisation"),
    path("agents", people.agents, name="admin_agents"),
    path("agents/new", people.agent, name="admin_agent_new"),
    path("agents/<int:pk>", people.agent, name="admin_agent"),
    path("requesters", people.requesters, name="admin_requesters"),
    path("requesters/new", people.requester, name="admin_requester_new"),
    path("requesters/<int:pk>", people.requester, name="admin_requester"),
    path("people/<int:pk>/invitation", people.invitation, name="admin_invitation"),
    path("teams", teams.teams, name="admin_teams"),
    path("teams/new", teams.team, name="admin_team_new"),
    path("teams/<int:pk>", teams.team, name="admin_team"),
    path("tiers/new", teams.tier, name="admin_tier_new"),
    path("tiers/<int:pk>", teams.tier, name="admin_tier"),
    path("tiers/<int:pk>/removal", teams.tier_removal, name="admin_tier_removal"),
]
