"""Held acts (rulebook 1.14, "Recall"): what a person decided takes effect a moment later, and until then can be taken back.

How to hold another act: docs/how-to/add-a-held-act.md; why it is done so: docs/decisions/0029-held-acts.md.
"""
