# The one list of commands; CI calls nothing else. What a target does lies in scripts/.

PYTHON = .venv/bin/python
SETUP  = sh scripts/python.sh scripts/setup.py
# A file of tests runs in one process, files side by side: most of a test's time is waiting for processes it started.
BESIDE = --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: help demo lab stop test lint lock bench performance pictures clean

help:  ## Say what there is to make
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

demo:  ## From a bare clone to a running function: notebook 01, start to end
	@$(SETUP) notebook
	@$(PYTHON) scripts/models.py movenet-multipose
	@$(PYTHON) scripts/demo.py

lab:  ## Open the notebooks in JupyterLab, on the demo's platform
	@$(SETUP) notebook
	@$(PYTHON) scripts/within.py jupyter lab notebooks

stop:  ## Stop the demo's platform
	@$(PYTHON) scripts/within.py fnkit stop

test:  ## Run everything; ends with what was skipped and why
	@$(SETUP) dev
	@$(PYTHON) scripts/system.py
	@$(PYTHON) scripts/clients.py
	@$(PYTHON) scripts/models.py
	@$(PYTHON) -m pytest $(BESIDE)

lint:  ## ruff, mypy --strict and the rules of ARCHITECTURE.md
	@$(SETUP) dev
	@$(PYTHON) scripts/lint.py

lock:  ## Make the files under requirements/ again
	@$(SETUP) dev
	@$(PYTHON) scripts/lock.py

bench:  ## Measure against the floors: build/bench.json (ONLY=warm picks a group, ONLY='warm: p99' rows)
	@$(SETUP) dev
	@$(PYTHON) scripts/models.py movenet-multipose
	@$(PYTHON) -m tests.bench "$(ONLY)"

performance:  ## Write the tables of the last bench into docs/performance.md
	@$(SETUP) dev
	@$(PYTHON) scripts/performance.py

pictures:  ## Draw the pictures of the README again
	@$(SETUP) dev
	@$(PYTHON) scripts/system.py
	@$(PYTHON) scripts/models.py movenet-multipose
	@$(PYTHON) scripts/pictures.py

clean:  ## Stop the demo's platform and remove everything that was made here
	@sh scripts/python.sh scripts/clean.py
