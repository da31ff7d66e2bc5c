"""Recordings in, pictures out: the only room that opens a video.

    probe      one pass over the packets of a clip: what it is, its times, what is wrong with it   -> Scan
    slices     the clip cut into pieces of work, fixed by the clip alone                           -> Slice
    excerpt    what one slice needs to know of its clip, small enough to send                      -> Scan
    sampling   the pictures of one slice, one per sampling cell, streamed                          -> Frame
    repeats    whether the picture repeats itself, from what sampling noted of every sample          -> Repeat
    snapshot   single pictures at given times                                                     -> Frame
    audio      the sound of a clip, or how loud it is over time                                    -> samples
    listening  the sound of one slice, by cells                                                    -> Sound
    photo      one photograph                                                                      -> pixels
    drawing    a picture with boxes and labels, regions blurred if asked                               -> JPEG file

Below them: ``container`` opens files and says why it cannot, ``tally`` reads all packets, ``timeline`` puts them
in order, ``scan`` holds what is known then, ``grid`` holds the sampling cells, ``decode`` yields pictures packet by
packet, ``pixels`` turns them into upright RGB.
"""

from proctor_cli.media.address import look_at
from proctor_cli.media.audio import sound_envelope
from proctor_cli.media.drawing import write_jpeg
from proctor_cli.media.excerpt import excerpt, excerpt_sound
from proctor_cli.media.grid import cell_of
from proctor_cli.media.listening import SOUND_STEP_S, SoundSampling, cut_sound
from proctor_cli.media.photo import PHOTO_SUFFIXES, decode_photo, load_photo, read_photo
from proctor_cli.media.probe import claimed_s, has_sound, probe
from proctor_cli.media.repeats import PRINT_BLOCKS, Repeat, find_repeats
from proctor_cli.media.sampling import Sample, Sampling
from proctor_cli.media.scan import Clock, Scan
from proctor_cli.media.slices import Slice, cut
from proctor_cli.media.snapshot import picture_at, pictures_at

__all__ = [
    "PHOTO_SUFFIXES",
    "PRINT_BLOCKS",
    "SOUND_STEP_S",
    "Clock",
    "Repeat",
    "Sample",
    "Sampling",
    "Scan",
    "Slice",
    "SoundSampling",
    "cell_of",
    "claimed_s",
    "cut",
    "cut_sound",
    "decode_photo",
    "excerpt",
    "excerpt_sound",
    "find_repeats",
    "has_sound",
    "load_photo",
    "look_at",
    "picture_at",
    "pictures_at",
    "probe",
    "read_photo",
    "sound_envelope",
    "write_jpeg",
]
