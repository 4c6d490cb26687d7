"""Pulsar wakes the right person when something breaks."""

__version__ = "0.1.0"
