"""The document of the API: one text that programs read, made from the code that answers them."""

TITLE = "Task API"
VERSION = "1.0.0"
