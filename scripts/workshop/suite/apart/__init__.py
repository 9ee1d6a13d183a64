"""A student's app in processes of its own, so that nothing in it can reach the suite.

`parting` confines what is the student's and takes rights from the suite's process. `host` is the
suite's side: it asks `keeper`, which has loaded the libraries, to fork a `guest` for the app, holds
it by a `link`, and speaks with it in `frames`. `launcher` and `client` are what the fixtures use.
"""
