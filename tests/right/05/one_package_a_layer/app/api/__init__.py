"""What knows HTTP."""
