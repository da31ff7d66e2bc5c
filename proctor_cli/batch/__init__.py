"""Many sessions through one pool of workers; a single one is a batch of one.

Slices that an earlier, stopped run has left in a session's folder are not analysed again, finished sessions are left as
they are, and one that fails stops no other.

    entries    what is said of each session          work       is that what a folder holds the result of?
    table      read from a CSV file                  stages     begin and conclude a session, in a worker
    discover   found in a folder, by a pattern       schedule   who does what when
    single     one session                           documents  events and report of one session
    cohort     summary and page of all
"""
