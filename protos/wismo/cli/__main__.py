"""`python -m wismo.cli`."""

from wismo.cli import main

main()
