"""The administrators' pages of the service catalogue: services, what one orders of them, and the builder of request forms."""
