"""The photo sets, how they are fetched, and who is held out. data.md has the terms of each set."""
import hashlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2

from workspace import Workspace

PHOTOS = ('.jpg', '.jpeg', '.png', '.webp', '.bmp', '.jfif')
VIDEOS = ('.gif', '.mkv', '.mp4')


@dataclass(frozen=True)
class Source:
    name: str
    repository: str
    """owner/name on GitHub."""
    pattern: str
    """Regular expression that paths in the repository match."""
    crops: bool = False
    """Its faces train the embedder."""
    cutouts: bool = False
    """Its faces are pasted into scenes for the detector."""
    scenes: bool = False
    """Its photos are scenes for the detector."""
    at_most: int = 0
    """Photos used, evenly spread; 0: all."""


_PREVIEWS = '(preview/(classroom|face|head|people|person|store|worker|one|driver)|asl_)'
SOURCES = (
    Source('lfwcolour', 'laz08/Image-gender-classification', 'facesInTheWild', crops=True, cutouts=True),
    Source('aaf', 'middleyuan/All-Age-Faces-Dataset', 'original images', crops=True, cutouts=True),
    Source('caltech', 'PigeonDan1/face_reco', 'Caltech_WebFaces/pic', crops=True, cutouts=True, scenes=True),
    Source('faker', 'faker-js/assets-person-portrait', '/512/', crops=True, cutouts=True),
    Source('facefeat', 'tobecwb/facial-features-yolo8x-seg', '(train|valid|test)/images', crops=True, cutouts=True),
    Source('chandrika', 'chandrikadeb7/Face-Mask-Detection', 'dataset/', crops=True, cutouts=True),
    Source('rmfd', 'X-zhangyang/Real-World-Masked-Face-Dataset', 'RWMFD', crops=True, cutouts=True),
    Source('maskcoco', 'iniakunhuda/detr-facemask-dataset', '.', crops=True, cutouts=True, scenes=True),
    Source('pedestr', 'LS-chen/Pedestrian-behavior-detection-and-prediction', '.', scenes=True),
    Source('suspi', 'Angelica-Lacerna/SuspiSense', '(train|test|valid)/', scenes=True, at_most=1200),
    Source('ssdvoc', 'dotah88/SSD-tensorflow', 'VOC2007', scenes=True),
    Source('intel', 'intel-iot-devkit/sample-videos', _PREVIEWS, scenes=True),
)
BY_NAME = {source.name: source for source in SOURCES}
MASKED = ('rmfd', 'maskcoco')
"""Sets in which most faces wear a mask."""
NAMED = ('lfwcolour',)
"""Sets whose file names are those of LFW, Firstname_Lastname_0001.jpg."""


def person_of(path: str | Path) -> str:
    """Firstname_Lastname_0001.jpg -> Firstname_Lastname."""
    return Path(path).stem.rsplit('_', 1)[0]


def is_held_out(person: str) -> bool:
    """Whether this person of LFW is for evaluation only: 40 % of them, by the hash of the name."""
    return hashlib.sha1(person.encode()).digest()[0] < 0x66


def fetch(workspace: Workspace) -> None:
    """Clones every repository that is not there yet, and takes a frame of every second of the videos."""
    for source in SOURCES:
        clone = workspace.sources / source.name
        if not clone.exists():
            address = f'https://github.com/{source.repository}'
            subprocess.run(['git', 'clone', '--quiet', '--depth', '1', address, str(clone)], check=True)
        frames = workspace.frames / source.name
        if not frames.exists():
            frames.mkdir(parents=True)
            for video in _matching(clone, source, VIDEOS):
                _write_frames(video, frames)
        print(f'{source.name}: {len(photos_of(workspace, source))} photos', flush=True)


def photos_of(workspace: Workspace, source: Source) -> list[Path]:
    """The photos and frames of a set, in a stable order; none if the set is not there."""
    photos = _matching(workspace.sources / source.name, source, PHOTOS)
    photos += sorted((workspace.frames / source.name).glob('*.jpg'))
    if not source.at_most:
        return photos
    return photos[::max(1, len(photos) // source.at_most)][:source.at_most]


def _matching(folder: Path, source: Source, suffixes: tuple[str, ...]) -> list[Path]:
    files = (path for path in sorted(folder.rglob('*')) if path.suffix.lower() in suffixes)
    return [path for path in files if re.search(source.pattern, path.relative_to(folder).as_posix())]


def _write_frames(video: Path, folder: Path) -> None:
    capture = cv2.VideoCapture(str(video))
    step, number = max(1, round(capture.get(cv2.CAP_PROP_FPS))), 0
    while (frame := capture.read())[0]:
        if number % step == 0:
            cv2.imwrite(f'{folder / video.stem}_{number:04d}.jpg', frame[1], [cv2.IMWRITE_JPEG_QUALITY, 95])
        number += 1
