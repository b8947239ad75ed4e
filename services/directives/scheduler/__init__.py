"""Work of its own accord."""
