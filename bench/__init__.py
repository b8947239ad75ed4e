"""What is measured, with both sides of each comparison: `python -m bench` writes docs/performance.md."""
