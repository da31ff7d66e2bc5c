"""`python -m proctor_cli`."""

from proctor_cli.cli import main

main()
