#!/usr/bin/env python3
"""Measure an exported pair beside its teachers, YuNet and MobileFaceNet, on pictures that anybody can have.

  lfw       people of LFW who are in no training set: accuracy, and true accepts at equal false accepts
  people    photos of people of your own, one folder per person: true accepts at equal false accepts
  detector  a folder of photos, a list of their paths (such as train/work/held-back.txt), or a clip: recall and
            precision. The reference is YuNet, or better SCRFD-2.5G (--reference), whose licence forbids commercial use
  time      ms per run on one thread

"spotter bench" measures the pair as the daemon uses it: see README.md.
"""
import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from alignment import align
from boxes import LANDMARKS, main_face
from detection import Agreement, reference_faces
from lfw import HeldOutPeople
from onnx_models import Embedder, ScrfdDetector, session, teacher
from photos import letterbox, load
from sources import PHOTOS, VIDEOS
from verification import all_pairs
from workspace import add_workspace_argument
from yunet import YuNet

MODELS = Path(__file__).resolve().parent.parent
FRAME_STEP = 10
"""Every tenth frame of a clip is looked at."""
RUNS = 40
UNSURE = 0.3
"""Score of the reference from which a face is not a false alarm; it has to be found above boxes.SURE."""


def embedders(options: argparse.Namespace) -> dict[str, Embedder]:
    return {options.embedder.name: Embedder(options.embedder), 'mobilefacenet': teacher(options.workspace.teacher)}


def evaluate_lfw(options: argparse.Namespace) -> None:
    people = HeldOutPeople(options.folder, options.workspace)
    for name, embedder in embedders(options).items():
        embeddings = np.stack([embedder.embed(crop) for crop in people.crops])
        print(f'{name}: accuracy of LFW\'s pairs {people.accuracy(embeddings):.4f}, cosine to mobilefacenet '
              f'{people.cosine_to_teacher(embeddings):.4f}; {people.verification(embeddings).summary()}')


def evaluate_people(options: argparse.Namespace) -> None:
    for detector, search in searches(options).items():
        crops, names, photos = [], [], 0
        for path in sorted(options.folder.glob('*/*')):
            image = load(path) if path.suffix.lower() in PHOTOS else None
            if image is None:
                continue
            photos += 1
            # A border helps with faces that fill the photo.
            image = cv2.copyMakeBorder(image, *[max(image.shape[:2]) // 2] * 4, cv2.BORDER_CONSTANT)
            faces = search(image)
            if len(faces):
                crops.append(align(image, faces[main_face(faces, image.shape)][LANDMARKS]))
                names.append(path.parent.name)
        print(f'{detector}: a face in {len(crops)} of {photos} photos')
        for name, embedder in embedders(options).items():
            embeddings = np.stack([embedder.embed(crop) for crop in crops])
            print(f'  {name}: {all_pairs(embeddings, names).summary()}')


def searches(options: argparse.Namespace) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """The detectors, looking at a photo of any size in an input of 640x640."""
    detector, yunet = ScrfdDetector(options.detector, options.score), YuNet(options.workspace.yunet, 0.6)
    return {options.detector.name: lambda image: detector.search(image, 640, 640), 'yunet': yunet.search}


def pictures_of(source: Path) -> Iterator[np.ndarray]:
    if source.suffix.lower() in VIDEOS:
        capture, number = cv2.VideoCapture(str(source)), 0
        while (frame := capture.read())[0]:
            if number % FRAME_STEP == 0:
                yield frame[1]
            number += 1
        return
    paths = sorted(source.rglob('*')) if source.is_dir() else map(Path, source.read_text().splitlines())
    for path in paths:
        image = load(path) if path.suffix.lower() in PHOTOS else None
        if image is not None:
            yield image


def evaluate_detector(options: argparse.Namespace) -> None:
    yunet = options.workspace.yunet
    reference = ScrfdDetector(options.reference, UNSURE) if options.reference else YuNet(yunet, UNSURE)
    detectors = {options.detector.name: ScrfdDetector(options.detector, options.score),
                 'yunet': YuNet(yunet, options.yunet_score)}
    agreements = {(name, smallest): Agreement(smallest) for name in detectors for smallest in options.smallest}
    count = 0
    for picture in pictures_of(options.pictures):
        picture, _ = letterbox(picture, *options.input)
        truth, count = reference_faces(picture, reference.detect), count + 1
        for name, detector in detectors.items():
            faces = detector.detect(picture)
            for smallest in options.smallest:
                agreements[name, smallest].add(faces, truth)
    print(f'{count} pictures in an input of {options.input[0]}x{options.input[1]}')
    for (name, _), agreement in agreements.items():
        print(f'  {name}: {agreement.summary()}')


def evaluate_time(options: argparse.Namespace) -> None:
    rng = np.random.default_rng(0)
    for name, model, shape in (('detector 640x640', options.detector, (1, 3, 640, 640)),
                               ('detector 640x384', options.detector, (1, 3, 384, 640)),
                               ('embedder', options.embedder, (1, 3, 112, 112)),
                               ('mobilefacenet', options.workspace.teacher, (1, 3, 112, 112))):
        network = session(model)
        inputs = {network.get_inputs()[0].name: rng.standard_normal(shape).astype(np.float32)}
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            network.run(None, inputs)
            times.append((time.perf_counter() - began) * 1000)
        print(f'{name}: median {np.median(times[5:]):.2f} ms, best {min(times):.2f} ms')


def size(text: str) -> tuple[int, int]:
    """WIDTHxHEIGHT, multiples of 32."""
    width, height = (int(side) for side in text.split('x'))
    if width % 32 or height % 32:
        raise argparse.ArgumentTypeError(f'{text}: both sides have to be multiples of 32')
    return width, height


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest='part', required=True, metavar='PART')

    def part(name: str, about: str, run: Callable[[argparse.Namespace], None],
             *networks: str) -> argparse.ArgumentParser:
        added = parts.add_parser(name, help=about, description=about)
        add_workspace_argument(added)
        for network, default in (('detector', 'spotter-det.onnx'), ('embedder', 'spotter-embed.onnx')):
            if network in networks:
                added.add_argument(f'--{network}', type=Path, default=MODELS / default, metavar='ONNX',
                                   help=f'exported {network} (default: the one beside this folder)')
        if 'detector' in networks and name != 'time':
            added.add_argument('--score', type=float, default=0.7, help='its lowest score (default: 0.7)')
        added.set_defaults(run=run)
        return added

    part('lfw', 'people of LFW who are in no training set', evaluate_lfw, 'embedder').add_argument(
        'folder', type=Path, help='folder of lfw.tgz, with pairs.txt in it')
    part('people', 'people of your own', evaluate_people, 'detector', 'embedder').add_argument(
        'folder', type=Path, help='one folder per person')
    detector = part('detector', 'recall and precision of the detector', evaluate_detector, 'detector')
    detector.add_argument('pictures', type=Path, help='folder of photos, list of paths, or clip')
    detector.add_argument('--input', type=size, default='640x384', metavar='WIDTHxHEIGHT',
                          help='input of the networks (default: 640x384)')
    detector.add_argument('--smallest', type=int, nargs='+', default=[16, 24, 48], metavar='PX',
                          help='heights of faces in the input from which to measure (default: 16 24 48)')
    detector.add_argument('--yunet-score', type=float, default=0.7, help='lowest score of YuNet (default: 0.7)')
    detector.add_argument('--reference', type=Path, metavar='ONNX', help='SCRFD model whose faces are the truth')
    part('time', 'ms per run on one thread', evaluate_time, 'detector', 'embedder')
    options = parser.parse_args()
    options.run(options)


if __name__ == '__main__':
    main()
