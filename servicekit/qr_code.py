"""QR codes as inline SVG: no file, no script, no style that a Content-Security-Policy would refuse."""

from __future__ import annotations

import segno


def qr_svg(text: str) -> str:
    """An ``<svg>`` as wide as its place: dark squares on white with a quiet zone, for cameras in any theme.

    Args:
        text: at most some 1,000 characters; what it says can be read by whoever sees it.
    """
    return str(segno.make(text, micro=False, error="m").svg_inline(border=4, light="#fff", omitsize=True))
