# The front door: `make COMMAND [N] [KEY=value ...]` is `python scripts/workshop COMMAND ...`.
#
# make itself exits with 2, and adds a line of its own, whenever a command fails, so that "not green"
# could not be told from "wrong usage". In question mode (-q) it exits with 1 where something is left
# to be done, in silence: a command that ended with 1 leaves `:` to be done, and no more is run.
#
# The words go through the environment and not through the shell, which would obey some of them.

PYTHON ?= python3
ifeq ($(shell command -v $(firstword $(PYTHON))),)
$(error There is no $(PYTHON) here: name the Python you have, as in `make check-stage 1 PYTHON=python`)
endif
MAKEFLAGS += -q --no-print-directory

GOALS := $(or $(MAKECMDGOALS),help)
COMMAND := $(firstword $(GOALS))
STATUS := $(shell mktemp)
export WORKSHOP_FRONT := make
export WORKSHOP_WORDS := $(GOALS) $(filter-out PYTHON=%,$(MAKEOVERRIDES))

.PHONY: $(GOALS) workshop
$(COMMAND): workshop
	$(if $(filter 1,$(shell cat $(STATUS); rm -f $(STATUS))),:)

workshop:
	+@trap 'stopped=1' INT; stopped=; MAKEFLAGS= MFLAGS= $(PYTHON) scripts/workshop; status=$$?; \
	echo $$status > $(STATUS); \
	if [ $$status -gt 1 ] || [ "$$stopped" ]; then rm -f $(STATUS); exit $$status; fi

$(filter-out $(COMMAND),$(GOALS)): $(COMMAND) ;
