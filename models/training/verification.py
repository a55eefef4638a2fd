"""How well embeddings tell people apart: figures from the similarities of pairs."""
from dataclasses import dataclass

import numpy as np

FALSE_ACCEPT_RATES = (1e-2, 1e-3, 1e-4)


@dataclass
class Verification:
    genuine: np.ndarray
    """Cosines of pairs of one person."""
    impostors: np.ndarray
    """Cosines of pairs of different people."""

    def true_accepts(self, false_accepts: float) -> tuple[float, float]:
        """The share of genuine pairs above the threshold that this share of impostors passes; and that threshold."""
        threshold = float(np.sort(self.impostors)[::-1][int(false_accepts * len(self.impostors))])
        return float((self.genuine > threshold).mean()), threshold

    def summary(self) -> str:
        rates = []
        for rate in FALSE_ACCEPT_RATES:
            if rate * len(self.impostors) >= 1:
                accepted, threshold = self.true_accepts(rate)
                rates.append(f'TPR {accepted:.4f} at FAR {rate:g} (threshold {threshold:.3f})')
        return f'{len(self.genuine):,} genuine and {len(self.impostors):,} impostor pairs: ' + ', '.join(rates)


def all_pairs(embeddings: np.ndarray, people: list[str]) -> Verification:
    """Every embedding [n, 128] against every other."""
    upper = np.triu_indices(len(people), 1)
    names = np.array(people)
    same = (names[:, None] == names[None])[upper]
    cosines = (embeddings @ embeddings.T)[upper]
    return Verification(cosines[same], cosines[~same])


def fold_accuracy(cosines: np.ndarray, same: np.ndarray, folds: int = 10) -> float:
    """Share of pairs judged right, each fold with the threshold that is best for the others. The pairs are shuffled."""
    order = np.random.default_rng(0).permutation(len(same))
    cosines, same = cosines[order], same[order]
    thresholds = np.linspace(-1, 1, 801)
    right = (cosines[:, None] > thresholds) == same[:, None]
    fold = np.arange(len(same)) % folds
    best = [right[fold != number].mean(0).argmax() for number in range(folds)]
    return float(np.mean([right[fold == number, best[number]].mean() for number in range(folds)]))
