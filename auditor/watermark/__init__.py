"""Imperceptible watermarks: a number of each output, hidden in its pictures, that says which one a copy comes from."""

from auditor.watermark.errors import WatermarkError
from auditor.watermark.opening import DEFAULT_WATERMARKER, open_watermarker
from auditor.watermark.watermarker import PAYLOAD_BYTES, Watermarker, WatermarkReading

__all__ = [
    "DEFAULT_WATERMARKER", "PAYLOAD_BYTES", "WatermarkError", "WatermarkReading", "Watermarker", "open_watermarker",
]  # fmt: skip
