"""Photographs for the annexes: upright, on white, in plain colours, without a byte of metadata.

A phone writes the place, the time and its owner's name into a photo; a
letter to the region must not carry them on, so that only pixels are taken from a foreign file and a
new JPEG is made of them. Called for unknown files in a process of its own (`annex_reading`).
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps

from mcu_mail.documents.heif import register_heif
from mcu_mail.errors import RefusedError

MAX_PIXELS: Final = 50_000_000
MAX_JPEG_PIXELS: Final = 220_000_000
"""A JPEG can be decoded at a half or a quarter of its size: phones make such large ones."""
LONGEST_PIXELS: Final = 2600
"""Enough for a whole sheet at 300 dpi: no printer and no reader sees more."""
FORMATS: Final = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "HEIF")

_PAPER_RATIOS = (1.36, 1.47)
_PALE, _BRIGHT, _MOSTLY = 40, 190, 0.6
_QUALITY = 88
_LOWER_QUALITY = 80
_WHITE = (255, 255, 255)
_WIDE = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})


class PhotoTooLargeError(RefusedError):
    """More pixels than this machine should decode."""


class SeveralPagesError(RefusedError):
    """A scanned document of several pages: as a photo all but the first would be lost."""


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A clean photograph: a JPEG of ours (grey or RGB, 8 bits) and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def clean_photo(content: bytes) -> Photo:
    """The photograph as a clean JPEG, at most `LONGEST_PIXELS` long.

    Raises:
        PhotoTooLargeError: more pixels than the limits allow.
        SeveralPagesError: it is no photo but a document in pictures.
        OSError, ValueError, SyntaxError: the picture cannot be decoded.

    """
    register_heif()
    with warnings.catch_warnings():
        # The size is checked below, by our own limits, before a pixel is decoded.
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        _demand_size(image)
        if image.format == "TIFF" and getattr(image, "n_frames", 1) > 1:
            raise SeveralPagesError("the picture has several pages")
        if image.format in {"JPEG", "MPO"}:
            image.draft(None, (LONGEST_PIXELS, LONGEST_PIXELS))
        image.seek(0)
        image.load()
        upright = ImageOps.exif_transpose(image)
        plain = _plain(upright)
    plain.thumbnail((LONGEST_PIXELS, LONGEST_PIXELS), Image.Resampling.LANCZOS)
    return _photo(plain, _QUALITY)


def smaller(photo: bytes, width: int, height: int) -> Photo:
    """A clean JPEG at no more than so many pixels; one that is small enough stays as it is."""
    with Image.open(io.BytesIO(photo), formats=("JPEG",)) as image:
        if image.width <= width and image.height <= height:
            return Photo(jpeg=photo, width=image.width, height=image.height)
        image.thumbnail((width, height), Image.Resampling.LANCZOS)
        return _photo(image, _LOWER_QUALITY)


def is_paper(photo: bytes) -> bool:
    """Whether a clean JPEG is the scan of a sheet and no photo: it must be read, not looked at.

    It has the shape of A4, which no camera gives, and most of it is white.
    """
    with Image.open(io.BytesIO(photo), formats=("JPEG",)) as image:
        ratio = max(image.size) / min(image.size)
        if not _PAPER_RATIOS[0] < ratio < _PAPER_RATIOS[1]:
            return False
        image.draft(None, (200, 200))
        small = image.convert("HSV").resize((100, 100), Image.Resampling.BOX)
    pixels = small.tobytes()
    white = sum(
        saturation < _PALE and value > _BRIGHT
        for saturation, value in zip(pixels[1::3], pixels[2::3], strict=True)
    )
    return white > _MOSTLY * 100 * 100


def size_of(photo: bytes) -> tuple[int, int, bool]:
    """Width and height in pixels of a clean JPEG, and whether it is grey."""
    with Image.open(io.BytesIO(photo), formats=("JPEG",)) as image:
        return image.width, image.height, image.mode == "L"


def _demand_size(image: Image.Image) -> None:
    most = MAX_JPEG_PIXELS if image.format in {"JPEG", "MPO"} else MAX_PIXELS
    if image.width * image.height > most:
        raise PhotoTooLargeError("the picture has too many pixels")


def _plain(image: Image.Image) -> Image.Image:
    """The picture in 8 bits, grey or sRGB, on white where it was transparent."""
    profile = image.info.get("icc_profile")
    if image.mode in _WIDE:
        return _narrowed(image)
    if "transparency" in image.info or image.mode in {"RGBA", "LA", "PA", "La", "RGBa"}:
        layered = image.convert("RGBA")
        image = Image.new("RGB", layered.size, _WHITE)
        image.paste(layered, mask=layered.getchannel("A"))
    elif image.mode in {"1", "L"}:
        return _bare(image.convert("L"))
    elif image.mode == "P":
        image = image.convert("RGB")
    if profile and image.mode in {"RGB", "CMYK", "LAB"}:
        image = _in_srgb(image, profile)
    return _bare(image.convert("RGB"))


def _bare(image: Image.Image) -> Image.Image:
    """Only the pixels: what the file said beside them is left behind."""
    image = image.copy()
    image.info = {}
    return image


def _narrowed(image: Image.Image) -> Image.Image:
    """A picture of 16 or 32 bits a pixel in eight: by its own range when it has no usual one."""
    wide = image.convert("F")
    low, high = wide.getextrema()
    if not isinstance(low, float) or not isinstance(high, float):
        raise TypeError("a picture of one channel is expected")
    if image.mode.startswith("I;16") or (image.mode == "I" and high <= 65535):  # noqa: PLR2004 - 16 bits
        low, high = 0.0, 65535.0
    span = (high - low) or 1.0
    scaled = wide.point(lambda value: value * (255.0 / span) + (-low * 255.0 / span))
    return _bare(scaled.convert("L"))


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The colours as a screen shows them; a broken profile is as good as none."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted if converted is not None else image


def _photo(image: Image.Image, quality: int) -> Photo:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None, comment=b"")
    return Photo(jpeg=out.getvalue(), width=image.width, height=image.height)
