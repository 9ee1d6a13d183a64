"""What knows no HTTP."""
