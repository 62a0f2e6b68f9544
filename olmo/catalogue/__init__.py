"""What can be ordered: services with their items, request forms in versions, and the check of answers. Pure definitions.

Service: something the desk provides, with an owner, an audience, a price and a delivery time. Item: what one orders of it, by a
form. Version: the form as it was published; versions are immutable, and an order keeps the one under which it was made. What is
ordered, who approves and what becomes of it, is in the room `requests` (see docs/catalogue.md).
"""
