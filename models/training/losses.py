"""The losses of the trainers."""
import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import cells
from alignment import EYES, STORED, TEMPLATE
from networks import STRIDES

RELATIONS, RESEMBLANCES, SHARPNESS = 3.0, 0.3, 16.0
BOX, LANDMARKS = 1.5, 20.0


@dataclass
class Loss:
    total: Tensor
    figures: dict[str, float]
    """What is printed while training."""


def distillation(embeddings: Tensor, targets: Tensor, bank: Tensor) -> Loss:
    """How far the embeddings [n, 128] of degraded faces are from their targets [n, 128], all of length 1:

    - cosine: 1 - the mean cosine to the target (embedding distillation)
    - relations: the squared error of the cosines within the batch, and between the batch and its targets (relational
      distillation, Park et al. 2019)
    - resemblances: the student is to rank the faces of the bank [m, 128] as the teacher does: KL divergence of the
      softmax of the cosines, times 16 (Hinton et al. 2015)
    """
    cosines = (embeddings * targets).sum(1)
    among_targets = targets @ targets.T
    relations = ((embeddings @ embeddings.T - among_targets)**2).mean() + \
        ((embeddings @ targets.T - among_targets)**2).mean()
    student = torch.cat([cosines[:, None], embeddings @ bank.T], 1) * SHARPNESS
    teacher = torch.cat([torch.ones(len(targets), 1), targets @ bank.T], 1) * SHARPNESS
    resemblances = F.kl_div(F.log_softmax(student, 1), F.softmax(teacher, 1), reduction='batchmean')
    total = (1 - cosines).mean() + RELATIONS * relations + RESEMBLANCES * resemblances
    return Loss(total, {'cosine': cosines.mean().item(), 'relations': relations.item(),
                        'resemblances': resemblances.item()})


def detection(outputs: list[tuple[Tensor, Tensor, Tensor]], targets: Tensor) -> Loss:
    """outputs: of Detector; targets: [n, cells, 17], see cells.py.

    - score: cross entropy towards the quality of the box, the root of its IoU (quality focal loss, Li et al. 2020);
      cells that are right already weigh little
    - box: 1 - generalised IoU (Rezatofighi et al. 2019)
    - landmarks: wing loss (Feng et al. 2018) of the error divided by the size of the face; it keeps pulling on small
      errors
    """
    count = targets.shape[0]
    logits, boxes, points = (
        torch.cat([output[kind].float().permute(0, 2, 3, 1).reshape(count, -1, columns) for output in outputs], 1)
        for kind, columns in ((0, 1), (1, 4), (2, 10)))
    logits = logits[..., 0]
    strides = torch.cat([torch.full((output[0].shape[2] * output[0].shape[3],), float(stride))
                         for output, stride in zip(outputs, STRIDES)])
    is_face = targets[..., cells.IS_FACE] > 0
    faces = max(1, int(is_face.sum()))
    stride = strides[None].expand(count, -1)[is_face][:, None]
    iou, generalised = _ious(boxes[is_face] * stride, targets[..., cells.BOX][is_face])

    quality = torch.zeros_like(logits)
    quality[is_face] = iou.detach().clamp(min=0.05).sqrt()
    scores = torch.sigmoid(logits).detach()
    weights = targets[..., cells.WEIGHT] * torch.where(is_face, (quality - scores).abs() + 0.1, 1.5 * scores**2)
    score_loss = (F.binary_cross_entropy_with_logits(logits, quality, reduction='none') * weights).sum() / faces
    if not len(iou):
        return Loss(score_loss, {'score': score_loss.item(), 'box': 0, 'landmarks': 0, 'iou': 0})

    box_loss = (1 - generalised).mean()
    size = targets[..., cells.FACE_SIZE][is_face][:, None]
    landmark_loss = _wing((points[is_face] * stride - targets[..., cells.POINTS][is_face]).abs() / size).mean()
    total = score_loss + BOX * box_loss + LANDMARKS * landmark_loss
    return Loss(total, {'score': score_loss.item(), 'box': box_loss.item(), 'landmarks': landmark_loss.item(),
                        'iou': iou.mean().item()})


def _misalignments() -> Tensor:
    """An orthonormal basis [10, 4] of the errors of landmarks that shift, scale or rotate the aligned face."""
    centred = TEMPLATE.astype(np.float64) - TEMPLATE.mean(0)
    rotated = np.stack([-centred[:, 1], centred[:, 0]], 1)
    errors = [np.tile([1, 0], 5), np.tile([0, 1], 5), centred.ravel(), rotated.ravel()]
    return torch.tensor(np.stack([error / np.linalg.norm(error) for error in errors], 1), dtype=torch.float32)


MISALIGNMENTS = _misalignments()


def landmarks(places: Tensor, wanted: Tensor) -> Loss:
    """How far landmarks [n, 10] are from those wanted, shares of the side of the crop. Wing loss of two things, as
    shares of the distance of the eyes:

    - error: of each coordinate
    - misaligned: of the part of the errors by which the aligned face is shifted, scaled or rotated, which is all that
      reaches the embedder
    """
    errors = (places - wanted) * (STORED / EYES)
    misaligned = errors @ MISALIGNMENTS / math.sqrt(5)
    total = _wing(errors.abs()).mean() + _wing(misaligned.abs()).mean()
    return Loss(total, {'error': errors.detach().view(-1, 5, 2).norm(dim=2).mean().item(),
                        'misaligned': misaligned.detach().norm(dim=1).mean().item()})


def imitation(features: dict[str, Tensor], wanted: dict[str, Tensor]) -> Tensor:
    """The share of the variance of the teacher's features, [n, channels, ...] by name, that the student's do not
    explain; the mean over the names of `wanted` (hints, Romero et al. 2015)."""
    return torch.stack([((features[name] - values)**2).mean() / (values.var((0, 2, 3)).mean() + 1e-6)
                        for name, values in wanted.items()]).mean()


def _ious(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU of boxes [n, 4], given as distances of their sides from one point."""
    area_a, area_b = ((box[:, 0] + box[:, 2]) * (box[:, 1] + box[:, 3]) for box in (a, b))
    inner, outer = torch.minimum(a, b), torch.maximum(a, b)
    intersection = (inner[:, 0] + inner[:, 2]).clamp(min=0) * (inner[:, 1] + inner[:, 3]).clamp(min=0)
    union = area_a + area_b - intersection + 1e-6
    hull = (outer[:, 0] + outer[:, 2]) * (outer[:, 1] + outer[:, 3]) + 1e-6
    iou = intersection / union
    return iou, iou - (hull - union) / hull


def _wing(error: Tensor, width: float = 0.06, curvature: float = 0.02) -> Tensor:
    curved = width * torch.log1p(error / curvature)
    straight = error - width + width * math.log1p(width / curvature)
    return torch.where(error < width, curved, straight)
