"""What the services have promised each other. A module per publishing service, and the law that several of them apply.

Importing the package makes every published type known to `contract_of`.
"""

from libs.contracts import directives, directory, tasks

__all__ = ["directives", "directory", "tasks"]
