"""Troubleshooters: trees of questions, checks and actions that lead to a solution, or to a report with the answers in it.

Guide: one troubleshooter, with a draft that is being built. Version: the tree as it was published; it never changes, and runs
keep theirs. Step (node): a question, check, action or picture with answers that lead on, or an outcome. Run: one way through.
"""
