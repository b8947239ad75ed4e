"""What the directory does of its own accord."""
