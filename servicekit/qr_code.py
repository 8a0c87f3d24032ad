"""QR codes as inline SVG: no file, no script, no style that a Content-Security-Policy would refuse."""

from __future__ import annotations

import segno


def qr_svg(text: str) -> str:
    """An ``<svg>`` element of dark squares on white with its quiet zone, which cameras read in any theme.

    Args:
        text: at most some 1,000 characters; what it says can be read by whoever sees it.
    """
    return str(segno.make(text, micro=False, error="m").svg_inline(scale=5, border=4, light="#fff"))
