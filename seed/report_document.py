"""The one small PDF that every seeded result brings; the store keeps its bytes once."""

import hashlib

NAME = "bao-cao-DEMO.pdf"
_DRAWN = b"BT /F1 18 Tf 72 760 Td (BAO CAO - DEMO) Tj ET"
_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_DRAWN), _DRAWN),
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
)


def _document() -> bytes:
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(_OBJECTS, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(_OBJECTS) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return written + head + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))


REPORT_DOCUMENT = _document()
SHA256 = hashlib.sha256(REPORT_DOCUMENT).hexdigest()
