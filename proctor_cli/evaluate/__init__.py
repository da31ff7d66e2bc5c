"""How well it works: what is reported for recordings against what a person saw in them.

    labels      reads labels, durations, groups and reports of others: CSV, all mistakes at once   -> Labels, Reports
    sessions    finds the recordings, analyses what is not analysed yet, judges                    -> JudgedSession
    matching    one event in one session: which report is which label                              -> Tally
    scoring     which events are scored, and all of them added up                                  -> Scores
    figures     precision, recall, F1, errors of times, with limits of confidence                  -> Figures
    parity      whether groups of candidates are measured alike                                    -> Parity
    sweep       the same observations under other values of a key of the policy                    -> Sweep
    evaluation  from labels and what was reported to the whole                                     -> Evaluation
    documents   the whole put together, and in a file
    page, table the whole for people

Import from these modules themselves: who scores a file of events must not load what decodes and detects.
"""
