"""The engine of the Flask API Workshop: it checks, grades and keeps the course."""
