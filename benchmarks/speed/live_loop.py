"""A proctoring loop as it is written for a live camera, run over a file: what proctor is compared with.

    python benchmarks/speed/live_loop.py FILE

Picture by picture with cv2.VideoCapture: MediaPipe's FaceLandmarker in its VIDEO mode on every picture, YOLO11n (INT8,
640 pixels) on every 5th, a face embedding compared with the first one on every 30th. One process; every library chooses
its threads itself, on all cores. Both networks are run by OpenVINO without anything between: Ultralytics' own wrapper
would run the same YOLO file with the same runtime, and add its own work to it. Nothing is slower than it has to be: the
loop neither draws nor shows nor writes. Loading is not counted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import mediapipe
import numpy as np
import openvino
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from benchmarks.speed.measuring import run_here
from proctor_cli import nets

THINGS_EVERY, IDENTITY_EVERY = 5, 30
SIDE_PX, CONFIDENCE, IOU = 640, 0.25, 0.45
FACE_PX = 128
# Outer corners of the eyes and the tip of the nose in the face mesh, and where the embedding wants them, fractions.
POINTS = (33, 263, 1)
WANTED = np.array(((0.25, 0.46), (0.75, 0.46), (0.5, 0.64)), np.float32)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    options.add_argument("--json", action="store_true", help="print the numbers alone")
    given = options.parse_args()
    used = run_here(partial(watch, given.file))
    if given.json:
        print(json.dumps(used.numbers))
        return
    numbers = used.numbers
    print(
        f"{numbers['seconds'] / numbers['loop_s']:.2f} x real time,"
        f" {used.cpu_s / numbers['seconds'] * 1000:.0f} ms of processor time a second of video;"
        f" {numbers['pictures']:.0f} pictures, {numbers['faces']:.0f} with a face, {numbers['things']:.0f} things,"
        f" {numbers['compared']:.0f} faces compared"
    )


def watch(video: Path) -> Mapping[str, float]:
    """Run the loop over ``video``; what it has seen, how many ``seconds`` that was, and ``loop_s`` without loading."""
    networks = nets.load_manifest().choose()
    core = openvino.Core()
    yolo = core.compile_model(str(nets.find(networks["objects"]).path), "CPU")
    embedder = core.compile_model(str(nets.find(networks["identity"]).path), "CPU")
    landmarks = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(nets.find(networks["landmarks"]).path)),
        running_mode=vision.RunningMode.VIDEO,
        num_faces=2,  # it has to notice a second one
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    candidate: NDArray[np.float32] | None = None
    faces = things = compared = number = 0
    time_s = 0.0
    with vision.FaceLandmarker.create_from_options(landmarks) as landmarker:
        started_s = perf_counter()
        for number, (time_s, bgr) in enumerate(pictures(video)):
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
            found = landmarker.detect_for_video(image, round(time_s * 1000)).face_landmarks
            faces += bool(found)
            if number % THINGS_EVERY == 0:
                things += len(find_things(yolo, rgb))
            if number % IDENTITY_EVERY == 0 and found:
                embedding = embed(embedder, bgr, found[0])
                candidate = embedding if candidate is None else candidate
                compared += float(candidate @ embedding) > -1
        loop_s = perf_counter() - started_s
    seen = number + 1
    return {
        "pictures": seen,
        "seconds": time_s * seen / number,
        "loop_s": loop_s,
        "faces": faces,
        "things": things,
        "compared": compared,
    }


def pictures(video: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """(seconds, BGR picture) of each picture of a video."""
    capture = cv2.VideoCapture(str(video))
    while True:
        more, bgr = capture.read()
        if not more:
            break
        yield capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, np.asarray(bgr, np.uint8)
    capture.release()


def find_things(yolo: Any, rgb: NDArray[np.uint8]) -> list[int]:
    """The classes of what YOLO finds in a picture."""
    scale = SIDE_PX / max(rgb.shape[:2])
    small = cv2.resize(rgb, None, fx=scale, fy=scale) if scale != 1 else rgb
    square = np.full((SIDE_PX, SIDE_PX, 3), 114, np.uint8)
    square[: small.shape[0], : small.shape[1]] = small
    rows = yolo(cv2.dnn.blobFromImage(square, 1 / 255))[0][0].T
    scores = rows[:, 4:].max(axis=1)
    kept = np.flatnonzero(scores >= CONFIDENCE)
    classes = rows[kept, 4:].argmax(axis=1)
    boxes = np.concatenate([rows[kept, :2] - rows[kept, 2:4] / 2, rows[kept, 2:4]], axis=1)
    chosen = cv2.dnn.NMSBoxesBatched(boxes.tolist(), scores[kept].tolist(), classes.tolist(), CONFIDENCE, IOU)
    return [int(classes[index]) for index in np.asarray(chosen, int).ravel()]


def embed(embedder: Any, bgr: NDArray[np.uint8], mesh: list[Any]) -> NDArray[np.float32]:
    """The face as a vector of length 1."""
    height_px, width_px = bgr.shape[:2]
    points_px = np.array([(mesh[index].x * width_px, mesh[index].y * height_px) for index in POINTS], np.float32)
    face = cv2.warpAffine(bgr, cv2.getAffineTransform(points_px, WANTED * FACE_PX), (FACE_PX, FACE_PX))
    vector = np.asarray(embedder(cv2.dnn.blobFromImage(face))[0], np.float32).ravel()
    return vector / np.float32(np.linalg.norm(vector))


if __name__ == "__main__":
    main()
