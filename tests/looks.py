"""Looks that can be put on any picture: filters, so that what a picture shows and how it looks are known apart."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def _gray(picture: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def _bytes(values: NDArray[np.floating]) -> Pixels:
    return np.clip(values, 0, 255).astype(np.uint8)


def _noir(picture: Pixels, random: np.random.Generator) -> Pixels:
    hard = 255 / (1 + np.exp(-(_gray(picture) - 110) / 22))
    return _bytes(np.dstack([hard + random.normal(0, 16, hard.shape)] * 3))


def _teal(picture: Pixels, random: np.random.Generator) -> Pixels:
    values = picture.astype(np.float32)
    light = values.mean(axis=2, keepdims=True) / 255
    tint = np.array([0, 40, 55]) * (1 - light) + np.array([55, 20, -30]) * light
    return _bytes(0.75 * values + 64 * light + tint)


def _pencil(picture: Pixels, random: np.random.Generator) -> Pixels:
    drawn, _ = cv2.pencilSketch(np.ascontiguousarray(picture), sigma_s=40, sigma_r=0.07, shade_factor=0.04)
    return np.asarray(np.dstack([drawn] * 3), np.uint8)


def _water(picture: Pixels, random: np.random.Generator) -> Pixels:
    return np.asarray(cv2.stylization(np.ascontiguousarray(picture), sigma_s=60, sigma_r=0.5), np.uint8)


def _poster(picture: Pixels, random: np.random.Generator) -> Pixels:
    flat = np.asarray(cv2.bilateralFilter(np.ascontiguousarray(picture), 9, 60, 60)) // 52 * 52 + 20
    smooth = cv2.medianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), 5)
    lines = cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 4)
    flat[np.asarray(lines) == 0] = 0
    return flat.astype(np.uint8)


def _sepia(picture: Pixels, random: np.random.Generator) -> Pixels:
    soft = _gray(np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.5), np.uint8))
    toned = np.dstack([soft * 1.07 + 12, soft * 0.87 + 8, soft * 0.6 + 6])
    return _bytes(toned + random.normal(0, 9, soft.shape)[..., None])


def _halftone(picture: Pixels, random: np.random.Generator) -> Pixels:
    gray = _gray(picture)
    down, right = np.mgrid[: gray.shape[0], : gray.shape[1]]
    screen = 127 + 63 * (np.cos(right * 2 * np.pi / 7) + np.cos(down * 2 * np.pi / 7))
    return np.dstack([np.where(gray > screen, 245, 25)] * 3).astype(np.uint8)


def _pixels(picture: Pixels, random: np.random.Generator) -> Pixels:
    height, width = picture.shape[:2]
    small = np.asarray(cv2.resize(picture, (width // 8, height // 8), interpolation=cv2.INTER_AREA)) // 40 * 40 + 20
    return np.asarray(cv2.resize(small.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


LOOKS: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "noir": _noir, "teal and orange": _teal, "pencil": _pencil, "watercolour": _water, "poster": _poster, "sepia": _sepia,
    "halftone": _halftone, "pixels": _pixels,
}  # fmt: skip
