"""A student's app in processes of its own, so that nothing in it can reach the suite.

`host` is the suite's side. It asks `keeper`, which has loaded the libraries and is confined, to
fork a `guest` for each app that a test starts, and speaks with that in `frames`.
"""
