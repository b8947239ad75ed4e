"""What holds the house together beside its import walls: each guard looks at the whole tree it lies in and names the line at fault.

`python -m tests.structure.guards.<name>` runs one; it ends with 1 when something is wrong, and when there was nothing to look at.
"""
