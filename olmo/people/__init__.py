"""Persons and how they are known: requesters, agents, robots; their addresses and numbers; teams and tiers.

Person: whoever writes in a log; `kind` says as what. A requester belongs to one client; agents and robots belong to the
provider. Identity: an address, number or handle; one identity names one person. Team: agents who take tickets together;
Tier: a level of support, 1 the first contact.
"""
