#!/usr/bin/env python3
"""Prepare the training data, step by step; each step reads what the ones before it wrote.

  fetch     clone the repositories of sources.py and take frames of their videos
  label     find the faces of every photo with YuNet; hold photos back
  crop      cut and align faces for the embedder, with the embeddings of the teacher
  blend     make faces of people who do not exist, for the embedder
  landmarks take faces and their landmarks for the landmark network
  compose   collect photos and backgrounds for the detector
  mine      collect the false alarms of an exported detector, for its next training
  pack      put crops and scenes into archives of about 110 MB, for another machine
  unpack    the reverse: takes the place of fetch, label and crop. Unpack only what you packed: it holds pickled data
"""
import argparse
from pathlib import Path

import backgrounds
import blends
import crops
import hard_negatives
import labels
import landmark_faces
import pack
import photo_bank
import sources
from workspace import add_workspace_argument


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = parser.add_subparsers(dest='step', required=True, metavar='STEP')

    def step(name: str, about: str, uses_jobs: bool = False) -> argparse.ArgumentParser:
        added = steps.add_parser(name, help=about, description=about)
        add_workspace_argument(added)
        if uses_jobs:
            added.add_argument('--jobs', type=int, default=2, help='processes (default: 2)')
        return added

    step('fetch', 'clone the repositories, take frames of videos')
    step('label', 'find the faces of every photo, hold photos back', uses_jobs=True)
    step('crop', 'cut faces for the embedder', uses_jobs=True).add_argument(
        '--hold-out', type=Path, metavar='FOLDER', help='photos of people who must not be trained on')
    blend = step('blend', 'make faces of people who do not exist', uses_jobs=True)
    blend.add_argument('--shards', type=int, default=30, help='files to write (default: 30)')
    blend.add_argument('--size', type=int, default=5000, help='faces per file, 49 kB each (default: 5000)')
    step('landmarks', 'take faces for the landmark network', uses_jobs=True)
    step('compose', 'collect photos and backgrounds for the detector')
    mine = step('mine', 'collect the false alarms of a detector')
    mine.add_argument('model', type=Path, help='exported detector')
    mine.add_argument('--scenes', type=int, default=3000, help='scenes to search at most (default: 3000)')
    step('pack', 'put crops and scenes into archives')
    step('unpack', 'take crops and scenes out of archives that you packed', uses_jobs=True)

    options = parser.parse_args()
    workspace = options.workspace
    if options.step == 'fetch':
        sources.fetch(workspace)
    elif options.step == 'label':
        labels.label_photos(workspace, options.jobs)
    elif options.step == 'crop':
        crops.cut_crops(workspace, options.jobs, options.hold_out)
    elif options.step == 'blend':
        blends.make_blends(workspace, options.jobs, options.shards, options.size)
    elif options.step == 'landmarks':
        landmark_faces.find_landmark_faces(workspace, options.jobs)
    elif options.step == 'compose':
        backgrounds.build_backgrounds(workspace, photo_bank.build_photo_bank(workspace))
    elif options.step == 'mine':
        hard_negatives.mine(workspace, options.model, options.scenes)
    elif options.step == 'pack':
        pack.pack(workspace)
    else:
        pack.unpack(workspace, options.jobs)


if __name__ == '__main__':
    main()
