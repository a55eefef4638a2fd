"""A compact copy of the prepared data, to train on another machine. Its photos must not be published: see data.md."""
import io
import pickle
import tarfile

import cv2
import numpy as np

from blends import MARGIN
from boxes import SCORE, SURE
from crops import CropIndex, load_crops, save_crops
from labels import LabelledPhoto, labelled, load_labels, save_labels
from photos import from_jpeg, load, to_jpeg
from workspace import Workspace
from yunet import scaled

MEMBER = 500
"""Pictures in a member of the archives: 30,000 members would take 20 MB for their headers."""
ARCHIVE_BYTES = 42_000_000
MOST_BYTES = 178_000_000
HELD_BACK = 10
"""One in ten unpacked scenes is held back for the evaluation of the detector."""


class _Archives:
    """Tar files pack_00.tar, pack_01.tar ... of at most ARCHIVE_BYTES."""

    def __init__(self, workspace: Workspace):
        self._workspace, self._archive, self._count, self._size = workspace, None, 0, 0

    def add(self, name: str, data: bytes) -> None:
        if self._archive is None or self._size + len(data) > ARCHIVE_BYTES:
            self.close()
            self._archive = tarfile.open(self._workspace.pack(f'pack_{self._count:02d}.tar'), 'w')
            self._count, self._size = self._count + 1, 0
        member = tarfile.TarInfo(name)
        member.size = len(data)
        self._archive.addfile(member, io.BytesIO(data))
        self._size += len(data)

    def close(self) -> None:
        if self._archive:
            self._archive.close()


def pack(workspace: Workspace) -> None:
    """All crops (128x128, JPEG of quality 88), then scenes of at most 448 px (quality 78), those with several faces
    first, until MOST_BYTES are reached."""
    archives, total = _Archives(workspace), 0
    images, crops = load_crops(workspace)
    index = dict(t=crops.smoothed_targets(0).astype(np.float16), who=crops.people, set=crops.sets, crops=[], scenes=[])
    for start in range(0, len(images), MEMBER):
        pictures = [to_jpeg(image[MARGIN:-MARGIN, MARGIN:-MARGIN], 88) for image in images[start:start + MEMBER]]
        index['crops'].append([len(picture) for picture in pictures])
        archives.add(f'crops_{start // MEMBER:03d}.jpgs', b''.join(pictures))
        total += sum(map(len, pictures))
    rng, pictures = np.random.default_rng(0), []
    photos = [photo for photo in load_labels(workspace) if photo.split == 'train' and photo.source.scenes]
    for photo in sorted(photos, key=lambda photo: rng.random() * 2 - min(5, (photo.faces[:, SCORE] > SURE).sum())):
        image = load(photo.path, 448)
        pictures.append(to_jpeg(image, 78))
        faces = scaled(photo.faces, image.shape[0] / photo.shape[0])
        index['scenes'].append(dict(size=len(pictures[-1]), shape=image.shape[:2], faces=faces.astype(np.float16),
                                    set=photo.set))
        total += len(pictures[-1])
        if total > MOST_BYTES:
            break
    for start in range(0, len(pictures), MEMBER):
        archives.add(f'scenes_{start // MEMBER:03d}.jpgs', b''.join(pictures[start:start + MEMBER]))
    archives.add('index.pkl', pickle.dumps(index))
    archives.close()
    print(f'{len(images)} crops, {len(pictures)} of {len(photos)} scenes, {total / 1e6:.0f} MB')


def unpack(workspace: Workspace, jobs: int) -> None:
    """Writes the crops and the labels of the scenes, as the steps crop and label do. The detector's faces are cut from
    the crops, too."""
    members: dict[str, bytes] = {}
    for path in sorted(workspace.pack('').glob('pack_*.tar')):
        with tarfile.open(path) as archive:
            members |= {member.name: archive.extractfile(member).read() for member in archive}
    index = pickle.loads(members['index.pkl'])
    images, files = [], []
    for number, sizes in enumerate(index['crops']):
        for data in _cut(members[f'crops_{number:03d}.jpgs'], sizes):
            name = index['set'][len(images)]
            files.append((name, _written(workspace, name, f'crop_{len(images):05d}.jpg', data)))
            images.append(cv2.copyMakeBorder(from_jpeg(data), *[MARGIN] * 4, cv2.BORDER_REPLICATE))
    targets = index['t'].astype(np.float32)
    save_crops(workspace, np.stack(images), CropIndex(targets, targets, index['who'], index['set']))
    photos = []
    for start in range(0, len(index['scenes']), MEMBER):
        scenes = index['scenes'][start:start + MEMBER]
        pictures = _cut(members[f'scenes_{start // MEMBER:03d}.jpgs'], [scene['size'] for scene in scenes])
        for number, (scene, picture) in enumerate(zip(scenes, pictures), start):
            path = _written(workspace, scene['set'], f'pack_{number:05d}.jpg', picture)
            photos.append(LabelledPhoto(path, scene['set'], scene['shape'], scene['faces'].astype(np.float32),
                                        split='train' if number % HELD_BACK else 'held-back'))
    print(f'{len(images)} crops, {len(photos)} scenes')
    save_labels(workspace, photos + [photo for photo in labelled(workspace, files, jobs)
                                     if (photo.faces[:, SCORE] > SURE).any()])


def _written(workspace: Workspace, name: str, file: str, data: bytes) -> str:
    path = workspace.sources / name / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path)


def _cut(data: bytes, sizes: list[int]) -> list[bytes]:
    ends = np.cumsum(sizes)
    return [data[end - size:end] for size, end in zip(sizes, ends)]
