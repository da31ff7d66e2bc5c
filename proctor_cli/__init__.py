"""proctor: a batch analyser for recorded exam videos."""

__version__ = "0.1.0"
