"""The administrators' pages: what the desk is, who belongs to it, and what came in or went out wrong.

Each subject is a module of its form and its views; what they change, they change by verbs (`people.administration`,
`tickets.administration`, `channels.actions`). To everybody but administrators these pages do not exist.
"""
