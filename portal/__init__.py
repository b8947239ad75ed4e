"""The web face: pages for people, made of what the services answer. Its own database holds sessions only; it repeats no rule."""
