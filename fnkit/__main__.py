"""`python -m fnkit` is `fnkit`."""

from fnkit.cli import main

main()
