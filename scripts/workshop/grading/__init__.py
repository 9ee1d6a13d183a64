"""Grading a class: submissions in, a grade for each student and stage out, and books of grades.

Nothing in here imports or runs a student's code: that is done by runs, each apart and confined.
"""
