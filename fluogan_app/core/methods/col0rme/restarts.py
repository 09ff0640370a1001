"""Where the next reconstruction with CEL0 begins: midway between the dots of the one before."""

from __future__ import annotations

import numpy as np
import torch


def midway(dots: torch.Tensor) -> torch.Tensor:
    """An image like `dots` (LY, LX) with a dot midway between each of its dots and the two nearest others.

    A dot that CEL0 has chosen holds the light of its neighbourhood, so that its neighbours stay dark; begun beside it,
    the next search may choose them. Each new dot has the mean strength of its two.
    """
    from scipy.spatial import cKDTree

    places = np.argwhere(dots.cpu().numpy() > 0)
    image = np.zeros(tuple(dots.shape), np.float32)
    if len(places) < 2:
        return torch.from_numpy(image).to(dots)
    strengths = dots.cpu().numpy()[tuple(places.T)]
    _, nearest = cKDTree(places).query(places, k=min(3, len(places)))
    for other in nearest.T[1:]:
        rows, columns = ((places + places[other]) // 2).T
        image[rows, columns] = 0.5 * (strengths + strengths[other])
    return torch.from_numpy(image).to(dots)
