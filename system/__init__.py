"""Who belongs to the system, wherever it runs: services, databases and their roles, who follows whom, and what stands in the broker.

Nothing here starts anything; `embedded`, `faults` and `chidao` stand on it.
"""
