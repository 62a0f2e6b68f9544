"""What works and what does not: components, incidents, planned work and announcements, told in one place and in one way.

Component: something that people use and that can fail. Happening: an incident, planned work or an announcement, with updates that
are only added to. Banner: a happening that pages show at their head. Page: who may read the status without signing in.
"""
