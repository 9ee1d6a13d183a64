# The front door: `make COMMAND [N] [KEY=value ...]` is `python scripts/workshop COMMAND ...`.
#
# make itself exits with 2, and adds a line of its own, whenever a command fails, so that "not green"
# could not be told from "wrong usage". In question mode (-q) it exits with 1 where something is left
# to be done, in silence: a command that ended with 1 leaves `:` to be done, and no more is run.

PYTHON ?= python3
MAKEFLAGS += -q --no-print-directory

GOALS := $(or $(MAKECMDGOALS),help)
COMMAND := $(firstword $(GOALS))
STATUS := $(shell mktemp)

# Words as the shell is to leave them: make has put a backslash before blanks already.
quoted = $(subst $(quote),\$(quote),$(subst ",\",$(subst `,\`,$(subst &,\&,$(subst ;,\;,$(parens))))))
parens = $(subst $(open),\$(open),$(subst $(close),\$(close),$(1)))
quote := '
open := (
close := )

export WORKSHOP_FRONT := make

.PHONY: $(GOALS) workshop
$(COMMAND): workshop
	$(if $(filter 1,$(shell cat $(STATUS); rm -f $(STATUS))),:)

workshop:
	+@stopped=; command -v $(firstword $(PYTHON)) > /dev/null || { rm -f $(STATUS); \
	    echo "There is no $(PYTHON) here: name the Python you have, as in \`make check-stage 1 PYTHON=python\`." >&2; exit 2; }; \
	trap 'stopped=1' INT; MAKEFLAGS= MFLAGS= $(PYTHON) scripts/workshop $(call quoted,$(GOALS) $(filter-out PYTHON=%,$(MAKEOVERRIDES))); \
	status=$$?; echo $$status > $(STATUS); if [ $$status -gt 1 ] || [ "$$stopped" ]; then rm -f $(STATUS); exit $$status; fi

$(filter-out $(COMMAND),$(GOALS)): $(COMMAND) ;
