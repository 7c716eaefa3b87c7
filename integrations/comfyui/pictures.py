"""ComfyUI's tensors as pictures and back, and pictures as files to send."""

import io

import numpy as np
import torch
from PIL import Image

# In base64 this is what the server takes as a rule (--max-body 32MB).
LARGEST_FILE = 23_000_000
LARGEST_WEBP_SIDE = 16383


def picture(image):
    """One image of a batch, [H, W, C] with floats from 0 to 1, in 8 bits."""
    values = np.nan_to_num(image.detach().cpu().float().numpy())
    pixels = (values * 255).round().clip(0, 255).astype(np.uint8)
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or 0 in pixels.shape:
        raise RuntimeError(f"The input is no image: its shape is {pixels.shape}, not height, width and 3 colours.")
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def images(pictures):
    """Pictures of one size as an IMAGE: [B, H, W, 3] floats from 0 to 1."""
    return torch.from_numpy(np.stack([np.asarray(each.convert("RGB"), np.float32) / 255 for each in pictures]))


def masks(pictures):
    """Gray pictures of one size as a MASK: [B, H, W] floats, 0 or 1."""
    return torch.from_numpy(np.stack([np.asarray(each, np.float32) / 255 for each in pictures]))


def file(picture):
    """The picture without loss: a PNG, written fast; as WebP where that would be too large to send."""
    png = saved(picture, format="PNG", compress_level=1)
    if len(png) <= LARGEST_FILE or max(picture.size) > LARGEST_WEBP_SIDE:
        return png
    try:
        colours = picture if picture.mode == "RGBA" else picture.convert("RGB")
        webp = saved(colours, format="WEBP", lossless=True, quality=0, method=0)
    except (OSError, KeyError):  # a Pillow without WebP
        return png
    return min(png, webp, key=len)


def saved(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, **options)
    return buffer.getvalue()
