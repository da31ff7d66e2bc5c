"""One session from recordings to a judged result: the only place where media, detectors and risk meet.

    request     what is asked for
    choose      which detectors can run, and why the others cannot
    references  which photos a face is compared with; `enrol` finds the faces in them, or in the first seconds
    jobs        the work on a recording, cut into slices
    prepare     looks at the recordings, sees which detectors can run, cuts the work into slices   -> Preparation
    observe     analyses one slice: an engine (not known here) maps `run_slice` over the jobs      -> observations
    finish      puts the slices together, judges, takes pictures of what scored, writes            -> SessionResult
    judge       judges saved observations: no video, no models                                     -> SessionResult
    snapshots   which picture belongs to which incident
    bystanders  whose faces are blurred in a picture
    frame       looks at one picture: no recording, no engine                                      -> FrameReport

A slice that is already in the folder from a run that was stopped is not done again.

Import from these modules themselves: who only judges must not load what decodes and detects.
"""
