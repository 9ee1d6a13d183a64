"""One module a command, found by its file's name: a new command needs no other file edited."""
