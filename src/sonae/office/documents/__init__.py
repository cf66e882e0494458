"""Papers: PDF/A made from plain data. Pure: no Django, no database, no clock.

`typesetting` sets any paper, `words` puts values into words, `glyphs` knows what the fonts can print; each kind
of paper has its module here and its template in `office/paper/`.
"""

from sonae.office.documents.glyphs import MissingGlyph
from sonae.office.documents.quotation import OtherProduct, quotation_paper

__all__ = ["MissingGlyph", "OtherProduct", "quotation_paper"]
