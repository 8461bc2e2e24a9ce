"""Where a point of a flat sheet lies on a picture of the sheet, from whatever angle it was taken."""

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]  # clockwise from the upper left corner of the sheet


def in_quad(quad: Quad, u: float, v: float) -> Point:
    """Return where a point of a rectangle lies on a picture on which the corners of the rectangle lie at `quad`.

    Args:
        u, v: the point, as shares of the width and height of the rectangle; below 0 and above 1 it lies outside.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    area = dx1 * dy2 - dx2 * dy1
    g, h = (dx3 * dy2 - dx2 * dy3) / area, (dx1 * dy3 - dx3 * dy1) / area
    depth = g * u + h * v + 1
    x = (x1 - x0 + g * x1) * u + (x3 - x0 + h * x3) * v + x0
    y = (y1 - y0 + g * y1) * u + (y3 - y0 + h * y3) * v + y0
    return x / depth, y / depth
