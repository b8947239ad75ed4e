"""Forms, said once: a list of fields, from which the page is drawn, what was typed is read, and a service's refusal is told."""
