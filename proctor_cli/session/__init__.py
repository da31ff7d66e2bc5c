"""One session from recordings to a judged result: the only place where media, detectors and risk meet.

    recordings  which files of a recorder's folder show what
    request     what is asked for
    place       all recordings, and the parts of each, on one clock; `align` finds the place of one by its sound
    choose      which detectors can run, and why the others cannot
    references  which photos a face is compared with; `enrol` finds the faces in them, or in the first seconds
    jobs        the work on a recording, cut into slices
    prepare     has the recordings placed, sees which detectors can run, cuts the work into slices   -> Preparation
    observe     analyses one slice: an engine (not known here) maps `run_slice` over the jobs      -> observations
    listen      the same for a slice of sound
    finish      puts the slices together, judges, takes pictures of what scored, writes            -> SessionResult
    judge       judges saved observations: no video, no models                                     -> SessionResult
    snapshots   which picture belongs to which incident
    bystanders  whose faces are blurred in a picture
    frame       looks at one picture: no recording, no engine                                      -> FrameReport

A slice that is already in the folder from a run that was stopped is not done again.

Import from these modules themselves: who only judges must not load what decodes and detects.
"""
