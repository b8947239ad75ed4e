"""Who hears of what, and what he has read."""
