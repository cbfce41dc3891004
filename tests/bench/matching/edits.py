"""The edits that copies are hidden under, named after AugLy's functions and made with OpenCV and Pillow.

An edit of pictures has two steps: ``draw`` takes its parameters from a random generator, ``apply`` is then a fixed function
of the picture, the parameters, another picture (what it is laid over, blended or stacked with) and the frame number.
Films call ``apply`` on every frame with the same parameters, so an edit stays as it is over time; only noise and shaking
use the frame number, as they do in a camera.

>>> edit = PICTURE_EDITS["crop_40"]
>>> parameters = edit.draw(np.random.default_rng(1))
>>> edit.apply(picture, parameters, other, 0)                                       # doctest: +SKIP
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
Parameters = dict[str, Any]

_WORDS = (
    "When the music stops", "LIVE from the square", "you won't believe this", "part 2 of 7", "follow for more",
    "no way!!", "Breaking news", "this is so true", "POV: first day", "Sale ends Sunday",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PictureEdit:
    """``draw(rng)`` gives JSON-ready parameters; ``apply(picture, parameters, other, number)`` an RGB picture."""

    name: str
    says: str
    draw: Callable[[np.random.Generator], Parameters]
    apply: Callable[[Pixels, Parameters, Pixels, int], Pixels]


def _size(picture: Pixels) -> tuple[int, int]:
    return picture.shape[1], picture.shape[0]


def fit(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """Scaled to (width, height), shape not kept."""
    if _size(picture) == size:
        return picture
    shrinks = size[0] < picture.shape[1]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC), np.uint8)


def cover(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """Scaled to fill (width, height), what hangs over is cut."""
    width, height = _size(picture)
    factor = max(size[0] / width, size[1] / height)
    scaled = fit(picture, (max(size[0], round(width * factor)), max(size[1], round(height * factor))))
    left, top = (scaled.shape[1] - size[0]) // 2, (scaled.shape[0] - size[1]) // 2
    return scaled[top : top + size[1], left : left + size[0]]


def contain(picture: Pixels, size: tuple[int, int], colour: tuple[int, int, int] = (0, 0, 0)) -> Pixels:
    """Scaled to lie within (width, height) with bars around."""
    width, height = _size(picture)
    factor = min(size[0] / width, size[1] / height)
    scaled = fit(picture, (max(1, round(width * factor)), max(1, round(height * factor))))
    canvas = np.full((size[1], size[0], 3), colour, np.uint8)
    left, top = (size[0] - scaled.shape[1]) // 2, (size[1] - scaled.shape[0]) // 2
    canvas[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    return canvas


# -- geometry ----------------------------------------------------------------------------------------------------------


def _crop(share: float) -> tuple[Any, Any]:
    def draw(rng: np.random.Generator) -> Parameters:
        return {"share_of_sides": share, "x": round(rng.uniform(0, 1), 3), "y": round(rng.uniform(0, 1), 3)}

    def apply(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
        width, height = _size(picture)
        wide, tall = round(width * p["share_of_sides"]), round(height * p["share_of_sides"])
        left, top = round((width - wide) * p["x"]), round((height - tall) * p["y"])
        return fit(picture[top : top + tall, left : left + wide], (width, height))

    return draw, apply


def _hflip(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    return np.ascontiguousarray(picture[:, ::-1])


def _rotate(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    if p["degrees"] % 90 == 0:
        return np.ascontiguousarray(np.rot90(picture, p["degrees"] // 90))
    width, height = _size(picture)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), p["degrees"], 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)


def _pad(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    """Bars above and below, each ``bars`` of the height."""
    height = picture.shape[0]
    bar = round(height * p["bars"])
    return np.asarray(cv2.copyMakeBorder(picture, bar, bar, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)


def _aspect(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    width, height = _size(picture)
    return fit(picture, (max(16, round(width * p["factor"])), height))


def _shake(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    """A perspective whose corners wander, as a hand-held camera before a screen; ``sigma`` is a share of the sides."""
    width, height = _size(picture)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    fixed = np.random.default_rng(p["seed"])
    still, phase = fixed.normal(0, p["sigma"], (4, 2)), fixed.uniform(0, 2 * np.pi, (4, 2))
    moving = 0.3 * p["sigma"] * np.sin(phase + number * 0.35)
    target = corners + ((still + moving) * (width, height)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)


# -- colour and quality ------------------------------------------------------------------------------------------------


def _grayscale(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def _color_jitter(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    mixed = picture.astype(np.float32) * p["brightness"]
    mixed = (mixed - 128) * p["contrast"] + 128
    gray = mixed.mean(axis=2, keepdims=True)
    return np.clip(gray + (mixed - gray) * p["saturation"], 0, 255).astype(np.uint8)


def _hue(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + p["degrees"] // 2) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


def _blur(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    sigma = p["sigma_of_width"] * picture.shape[1]
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def _noise(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    grain = np.empty(picture.shape, np.int16)
    cv2.setRNGSeed(int(p["seed"]) + number)
    cv2.randn(grain, 0, p["sigma"])
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _encoding_quality(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    """JPEG of that quality at half size for a picture; a film is encoded at ``crf`` instead (see ``films``)."""
    width, height = _size(picture)
    buffer = io.BytesIO()
    Image.fromarray(fit(picture, (max(16, width // 2), max(16, height // 2)))).save(
        buffer, "JPEG", quality=p["jpeg_quality"]
    )
    return fit(np.asarray(Image.open(buffer).convert("RGB")), (width, height))


# -- overlays ----------------------------------------------------------------------------------------------------------


def _overlay_text(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    image = Image.fromarray(picture)
    width, height = image.size
    font = ImageFont.load_default(max(8, round(p["size"] * height)))
    draw = ImageDraw.Draw(image)
    for line, text in enumerate(p["lines"]):
        at = (round(p["x"] * width), round((p["y"] + line * p["size"] * 1.3) * height))
        draw.text(at, text, font=font, fill=tuple(p["colour"]), stroke_width=2, stroke_fill=(0, 0, 0))
    return np.asarray(image)


def _draw_text(rng: np.random.Generator) -> Parameters:
    lines = [str(word) for word in rng.choice(_WORDS, 3, replace=False)]
    colour = [int(c) for c in rng.choice([(255, 255, 255), (255, 235, 60), (255, 80, 80)])]
    return {
        "lines": lines, "size": round(rng.uniform(0.08, 0.13), 3), "colour": colour,
        "x": round(rng.uniform(0.02, 0.2), 3), "y": round(rng.uniform(0.05, 0.5), 3),
    }  # fmt: skip


def _overlay_emoji(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    """A yellow face drawn with shapes, ``size`` of the height wide."""
    image = Image.fromarray(picture)
    width, height = image.size
    radius = p["size"] * height / 2
    x, y = p["x"] * width, p["y"] * height
    draw = ImageDraw.Draw(image)
    draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=(255, 205, 50), outline=(160, 110, 0), width=2)
    for side in (-1, 1):
        eye = (x + side * radius * 0.38, y - radius * 0.25)
        draw.ellipse(
            [eye[0] - radius * 0.13, eye[1] - radius * 0.2, eye[0] + radius * 0.13, eye[1] + radius * 0.2],
            fill=(90, 50, 10),
        )
    mouth = [x - radius * 0.55, y - radius * 0.35, x + radius * 0.55, y + radius * 0.6]
    draw.chord(mouth, 10, 170, fill=(120, 30, 30))
    return np.asarray(image)


def _background(share: float) -> tuple[Any, Any]:
    def draw(rng: np.random.Generator) -> Parameters:
        return {"share_of_width": share, "x": round(rng.uniform(0, 1), 3), "y": round(rng.uniform(0, 1), 3)}

    def apply(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
        width, height = _size(picture)
        canvas = cover(other, (width, height)).copy()
        small = fit(picture, (round(width * p["share_of_width"]), round(height * p["share_of_width"])))
        left, top = round((width - small.shape[1]) * p["x"]), round((height - small.shape[0]) * p["y"])
        canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
        return canvas

    return draw, apply


def _screenshot(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    """An application's window drawn around the picture: status bar, title, avatar, buttons, lines of comment."""
    width, height = _size(picture)
    ink, paper = ((235, 235, 240), (24, 26, 30)) if p["dark"] else ((40, 42, 48), (246, 247, 249))
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(8, height // 24))
    draw.rectangle([0, 0, width, height // 22], fill=(70, 74, 90))
    draw.ellipse([width * 0.03, height * 0.07, width * 0.03 + height * 0.08, height * 0.15], fill=tuple(p["avatar"]))
    draw.text((width * 0.16, height * 0.08), p["name"], font=font, fill=ink)
    wide = round(width * p["share_of_width"])
    tall = round(wide * height / width)
    left, top = round((width - wide) * p["x"]), round(height * 0.18)
    tall = min(tall, round(height * 0.62))
    wide = round(tall * width / height)
    image.paste(Image.fromarray(fit(picture, (wide, tall))), (left, top))
    below = top + tall + height * 0.03
    for button in range(4):
        x = width * (0.05 + 0.09 * button)
        draw.rounded_rectangle([x, below, x + height * 0.06, below + height * 0.05], 4, outline=ink, width=2)
    for line in range(2):
        y = below + height * (0.08 + 0.05 * line)
        draw.rectangle([width * 0.05, y, width * (0.5 + 0.3 * line * p["x"]), y + height * 0.02], fill=(140, 144, 152))
    return np.asarray(image)


def _draw_screenshot(rng: np.random.Generator) -> Parameters:
    return {
        "share_of_width": round(rng.uniform(0.5, 0.62), 3), "x": round(rng.uniform(0.05, 0.95), 3),
        "dark": bool(rng.integers(2)), "avatar": [int(c) for c in rng.integers(40, 220, 3)],
        "name": str(rng.choice(["kim_on_tour", "filmfan77", "The Daily Reel", "a. n. other"])),
    }  # fmt: skip


def _blend(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    return np.asarray(
        cv2.addWeighted(picture, 1 - p["opacity"], cover(other, _size(picture)), p["opacity"], 0), np.uint8
    )


def _hstack(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    pair = [picture, cover(other, _size(picture))]
    return np.hstack(pair if p["left"] else pair[::-1])


def _several(picture: Pixels, p: Parameters, other: Pixels, number: int) -> Pixels:
    for name, parameters in p["edits"]:
        picture = PICTURE_EDITS[name].apply(picture, parameters, other, number)
    return picture


#: Drawn from by ``several``: one of geometry, one of colour or quality, one overlay; each of them is survivable alone.
_SEVERAL = (
    ("crop_70", "hflip", "rotate_10", "pad", "change_aspect_ratio"),
    ("grayscale", "color_jitter", "hue", "blur", "add_noise", "encoding_quality"),
    ("overlay_text", "overlay_emoji", "overlay_onto_background_50"),
)


def _draw_several(rng: np.random.Generator) -> Parameters:
    names = [str(rng.choice(group)) for group in _SEVERAL]
    return {"edits": [[name, PICTURE_EDITS[name].draw(rng)] for name in names]}


def _nothing(rng: np.random.Generator) -> Parameters:
    return {}


def _constant(**parameters: Any) -> Callable[[np.random.Generator], Parameters]:
    return lambda rng: dict(parameters)


def _seeded(**parameters: Any) -> Callable[[np.random.Generator], Parameters]:
    return lambda rng: {**parameters, "seed": int(rng.integers(1 << 30))}


def _jitter(rng: np.random.Generator) -> Parameters:
    return {
        "brightness": round(float(rng.choice([0.7, 1.35])), 3), "contrast": round(rng.uniform(0.7, 1.4), 3),
        "saturation": round(rng.uniform(0.4, 1.8), 3),
    }  # fmt: skip


def _emoji(rng: np.random.Generator) -> Parameters:
    return {
        "size": round(rng.uniform(0.25, 0.4), 3), "x": round(rng.uniform(0.25, 0.75), 3),
        "y": round(rng.uniform(0.25, 0.75), 3),
    }  # fmt: skip


def _degrees(rng: np.random.Generator) -> Parameters:
    return {"degrees": int(rng.choice([-10, 10]))}


def _hue_degrees(rng: np.random.Generator) -> Parameters:
    return {"degrees": int(rng.choice([60, 120, 180, 240, 300]))}


def _factor(rng: np.random.Generator) -> Parameters:
    return {"factor": float(rng.choice([0.66, 0.75, 1.33]))}


PICTURE_EDITS: dict[str, PictureEdit] = {
    edit.name: edit
    for edit in (
        PictureEdit("none", "stored again, nothing else", _nothing, lambda picture, p, other, number: picture),
        PictureEdit("crop_70", "cropped to 70 % of its width and height", *_crop(0.7)),
        PictureEdit("crop_40", "cropped to 40 % of its width and height (16 % of the area)", *_crop(0.4)),
        PictureEdit("hflip", "mirrored", _nothing, _hflip),
        PictureEdit("rotate_10", "rotated by 10° either way, corners black", _degrees, _rotate),
        PictureEdit("rotate_90", "rotated by 90°", _constant(degrees=90), _rotate),
        PictureEdit("pad", "letterbox: bars above and below, 18 % of the height each", _constant(bars=0.18), _pad),
        PictureEdit("change_aspect_ratio", "squeezed or stretched: 0.66, 0.75 or 1.33 of its width", _factor, _aspect),
        PictureEdit("grayscale", "without colour", _nothing, _grayscale),
        PictureEdit("color_jitter", "brightness, contrast and saturation", _jitter, _color_jitter),
        PictureEdit("hue", "hues turned by 60° to 300°", _hue_degrees, _hue),
        PictureEdit("blur", "Gaussian blur, sigma 0.6 % of the width", _constant(sigma_of_width=0.006), _blur),
        PictureEdit("add_noise", "Gaussian noise, sigma 25 of 255", _seeded(sigma=25), _noise),
        PictureEdit("encoding_quality", "half size at JPEG quality 12; films at x264 crf 40",
                    _constant(jpeg_quality=12, crf=40), _encoding_quality),
        PictureEdit("overlay_text", "three lines of text, 8 to 13 % of the height each", _draw_text, _overlay_text),
        PictureEdit("overlay_emoji", "a drawn face over 25 to 40 % of the height", _emoji, _overlay_emoji),
        PictureEdit("overlay_onto_background_50", "picture in picture, 50 % of the width", *_background(0.5)),
        PictureEdit("overlay_onto_background_30", "picture in picture, 30 % of the width", *_background(0.3)),
        PictureEdit("overlay_onto_screenshot", "within a drawn application, 50 to 62 % of the width",
                    _draw_screenshot, _screenshot),
        PictureEdit("blend_50", "blended half and half with another picture", _constant(opacity=0.5), _blend),
        PictureEdit("hstack", "side by side with another picture",
                    lambda rng: {"left": bool(rng.integers(2))}, _hstack),
        PictureEdit("perspective_transform_and_shake", "perspective, corners moved by 6 % and trembling in films",
                    _seeded(sigma=0.06), _shake),
        PictureEdit("several", "three at once: one of geometry, one of colour or quality, one overlay",
                    _draw_several, _several),
    )
}  # fmt: skip
