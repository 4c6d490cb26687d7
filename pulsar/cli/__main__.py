"""`python -m pulsar.cli` is `pulsar`, whatever is on the path."""

from pulsar.cli import main

main()
