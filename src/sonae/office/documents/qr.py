"""QR codes as drawings for a template."""

from io import BytesIO

import segno


def qr_code(text: str) -> str:
    """The code of an ASCII text as an SVG: byte mode, level M, a quiet zone of four modules, black on nothing."""
    drawing = BytesIO()
    code = segno.make_qr(text, error="m", mode="byte", boost_error=False)
    code.save(drawing, kind="svg", border=4, xmldecl=False, svgns=True, nl=False, omitsize=True)
    return drawing.getvalue().decode("ascii")
