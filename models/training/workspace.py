"""Where the files of a training run lie: one folder, by default train/ in the current folder."""
import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workspace:
    root: Path

    @property
    def sources(self) -> Path:
        """Clones of the repositories of sources.py, one folder per set."""
        return self.root / 'sources'

    @property
    def frames(self) -> Path:
        """Frames of the videos among the sources, one folder per set."""
        return self.root / 'frames'

    @property
    def yunet(self) -> Path:
        return self.root / 'models' / 'face_detection_yunet_2023mar.onnx'

    @property
    def teacher(self) -> Path:
        return self.root / 'models' / 'mobilefacenet.onnx'

    @property
    def pause(self) -> Path:
        """Training waits while this file exists."""
        return self.root / 'PAUSE'

    def work(self, name: str) -> Path:
        """An intermediate file."""
        return self._in('work', name)

    def out(self, name: str) -> Path:
        """A checkpoint or an exported model."""
        return self._in('out', name)

    def pack(self, name: str) -> Path:
        return self._in('pack', name)

    def _in(self, folder: str, name: str) -> Path:
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        return self.root / folder / name


def add_workspace_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--root', type=lambda text: Workspace(Path(text)), default='train', metavar='FOLDER',
                        dest='workspace', help='folder of sources, intermediate files and results (default: train)')
