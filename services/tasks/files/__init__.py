"""Files of report documents, kept by what is in them."""
