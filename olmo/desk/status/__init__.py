"""Pages that tell how the services are: incidents, planned work and announcements, written once and shown everywhere."""
