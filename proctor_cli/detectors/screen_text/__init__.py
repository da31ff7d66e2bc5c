"""Reads the screen: ``detector`` looks, ``tiles`` knows where it changes, ``lines`` where text stands."""
