# Everything that this project can do from a fresh clone, given git, make and a CPython.
.PHONY: help run serve test quick clients-test page page-test page-pictures picture check newest bench package deployment fuzz long mutation lock clean setup peers
.DEFAULT_GOAL := test

PYTHON := .venv/bin/python
# What SCF runs; `PACKAGE_PYTHON=3.12 make package` makes a package for another.
export PACKAGE_PYTHON ?= $(shell cat package/python-version)
# A process that has nothing left takes tests over from another; tests/conftest.py says how many there are.
PARALLEL := -n auto --maxprocesses 8 --dist worksteal
# Where the runs of one `make test` leave what did not run, so that the last one's last lines name it all.
test: export NOT_RUN := .pytest_cache/not-run
# What can differ between two versions of Python.
ON_NEWEST = $(shell sed 's/ *\#.*//' tests/newest.txt)
PYTEST := $(PYTHON) -m pytest -q
RESOLVE := .venv-lock/bin/uv pip compile --quiet --universal --python-version $(PACKAGE_PYTHON) --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Set for somebody's other projects, these would send packages and imports astray.
unexport PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV PYTHONDONTWRITEBYTECODE

help:             ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: setup        ## imports a key into a stand-in for CVM and shows each step
	@$(PYTHON) -m local.run

serve: setup      ## the function behind a URL on this machine, with a stand-in for CVM
	@$(PYTHON) -m local.serve

test: setup peers ## before every commit: style, types, all tests; on the newest Python what differs there
	@rm -f $(NOT_RUN)
	@$(MAKE) --no-print-directory -j2 check newest
	@$(PYTEST) $(PARALLEL) --cov --cov-report=term tests/handler
	@$(PYTEST) $(PARALLEL) --ignore=tests/handler

newest: setup
	@local/on-newest -m pytest -q $(PARALLEL) -m "not slow" $(ON_NEWEST)

quick: setup      ## while you work: the unit tests of handler/, on one Python
	@QUICK=1 $(PYTEST) $(PARALLEL) -m "not slow" tests/handler

picture: setup    ## the picture of `make run` in README, made from a run
	@$(PYTHON) -m local.picture

page: setup       ## the page for invited people, out of its sources, into page/dist
	@$(PYTHON) -m page

page-test: setup  ## that page in Chromium (Debian: apt-get install chromium), against the function
	@local/page-test

page-pictures: setup ## the pictures of the page in docs/pictures
	@PICTURES=docs/pictures local/page-test -k picture

clients-test: setup ## the contract under linters, and clients that generators make of it, in Python and TypeScript
	@$(PYTEST) tests/contract/linters.py
	@local/venv .venv-clients requirements-clients.txt $(PACKAGE_PYTHON) newest
	@.venv-clients/bin/python -m pytest -q --confcutdir=tests/clients tests/clients

check: setup      ## style and types
	@.venv/bin/ruff check
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/mypy index.py handler local bench package page tests

package: setup    ## dist/function.zip, the same bytes on every build
	@$(PYTHON) -m package

deployment: setup ## serverless.yml as files for tccli, in dist/deployment
	@$(PYTHON) -m package.deployment

bench: package    ## the measurements that README quotes
	@$(PYTHON) -m bench

long: setup peers ## all tests with many more examples, on the newest Python too
	@LONG=1 local/on-newest -m pytest -q $(PARALLEL) -m "not slow"
	@LONG=1 $(PYTEST) $(PARALLEL)

fuzz: setup       ## random requests and events alone, hundreds of times as many, others each time
	@LONG=1 $(PYTEST) $(PARALLEL) -m fuzz

mutation: setup   ## which changes of the code no test notices: ONLY="handler.deadline*"
	@local/venv .venv-mutation requirements-mutation.txt $(PACKAGE_PYTHON) newest
	@.venv-mutation/bin/mutmut run $(if $(ONLY),"$(ONLY)")

lock:             ## newest versions into the lock files
	@local/venv .venv-lock requirements-lock.txt $(PACKAGE_PYTHON) newest
	@$(RESOLVE) pyproject.toml --upgrade -o requirements.txt
	@$(RESOLVE) pyproject.toml --upgrade --group dev -c requirements.txt -o requirements-dev.txt
	@$(RESOLVE) pyproject.toml --upgrade --group dev --group mutation -c requirements-dev.txt -o requirements-mutation.txt
	@$(RESOLVE) --upgrade --group lock -o requirements-lock.txt
	@$(RESOLVE) --upgrade --group peers -o requirements-peers.txt
	@$(RESOLVE) --upgrade --group page -o requirements-page.txt
	@$(RESOLVE) --upgrade --group clients -o requirements-clients.txt

setup:
	@local/venv .venv requirements-dev.txt $(PACKAGE_PYTHON) newest
	@$(MAKE) -s locale/zh_CN/LC_MESSAGES/messages.mo

%.mo: %.po
	@$(PYTHON) -m package.translations --compile

peers:
	@local/venv .venv-peers requirements-peers.txt $(PACKAGE_PYTHON) newest

clean:            ## removes everything that was made
	rm -rf .venv .venv-* dist mutants .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
