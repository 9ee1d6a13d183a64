"""What keeps a student's program confined: all of it on Linux, what there is elsewhere.

A *leader*, which is trusted, calls `separate`, then forks a *keeper*; that calls `confine`, and
from then on forks the processes in which a student's code runs. The leader may then `drop` the
rights that it needs no more. `available` tells beforehand what works here, by names that `LEVELS`
puts in order. Nothing of this takes a program to wrap, so it is all inherited by fork.

It is own code on the kernel's interface: of the libraries for Landlock one has stayed a
pre-release and the others are months old; pyseccomp has stood still since 2021, and wants a
libseccomp of the system. Both would save only the smallest modules here. bubblewrap wraps a program
that is started anew, so that nothing that is loaded could be shared.
"""

from workshop.confinement.descendants import adopt, end_all
from workshop.confinement.keeper import Confinement, confine, separate
from workshop.confinement.levels import LEVELS, level_of, missing
from workshop.confinement.limits import Limits
from workshop.confinement.probe import available
from workshop.confinement.rights import drop

__all__ = [
    "LEVELS",
    "Confinement",
    "Limits",
    "adopt",
    "available",
    "confine",
    "drop",
    "end_all",
    "level_of",
    "missing",
    "separate",
]
