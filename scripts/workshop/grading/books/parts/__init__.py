"""What several formats are made of; a format of its own is none of them."""
