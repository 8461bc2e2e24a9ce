"""QR codes as they are set into printed pages."""

import io

import segno


def qr_code(text: str, *, error: str) -> str:
    """Return a QR code as an SVG.

    Args:
        error: how much of it may be spoilt: "m" for 15 %, "q" for 25 %.
    """
    drawing = io.BytesIO()
    segno.make_qr(text, error=error).save(drawing, kind="svg", border=0)
    return drawing.getvalue().decode()
