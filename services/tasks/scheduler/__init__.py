"""The clock of this service: what happens because a day has passed."""
