"""QR codes as they are set into printed pages."""

import io

import segno


def qr_code(text: str, *, error: str) -> str:
    """Return a QR code as an SVG.

    Args:
        text: what the code says.
        error: how much of the code may be damaged: "m" for 15 %, "q" for 25 %.
    """
    drawing = io.BytesIO()
    segno.make_qr(text, error=error).save(drawing, kind="svg", border=0)
    return drawing.getvalue().decode()
