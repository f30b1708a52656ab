"""Media types as OpenWhisk's HTTP library knows them: which are text, which bytes, and how it writes them.

Source: MediaType.scala, ContentTypeHeader.scala of pekko-http. A type that is not in its table is bytes unless a
charset is given: `text/javascript` and `application/vnd.mine+json` are bytes.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_FIXED = frozenset(
    "application/json application/json-patch+json application/merge-patch+json application/problem+json"
    " application/vnd.api+json application/x-www-form-urlencoded text/event-stream".split()
)
"""Text whose charset is UTF-8 and is never written."""
_OPEN_APPLICATION = (
    "atom+xml base64 javascript problem+xml rss+xml soap+xml vnd.google-earth.kml+xml x-latex x-vrml xhtml+xml xml"
    " xml-dtd"
)
_OPEN_TEXT = (
    "asp cache-manifest calendar css csv html markdown mcf plain richtext tab-separated-values uri-list vnd.wap.wml"
    " vnd.wap.wmlscript x-asm x-c x-component x-h x-java-source x-pascal x-script x-scriptcsh x-scriptelisp"
    " x-scriptksh x-scriptlisp x-scriptperl x-scriptperl-module x-scriptphyton x-scriptrexx x-scriptscheme x-scriptsh"
    " x-scripttcl x-scripttcsh x-scriptzsh x-server-parsed-html x-setext x-sgml x-speech x-uuencode x-vcalendar"
    " x-vcard xml"
)
_OPEN = frozenset(
    [f"application/{name}" for name in _OPEN_APPLICATION.split()]
    + [f"text/{name}" for name in _OPEN_TEXT.split()]
)
"""Text that says its charset."""
_CHARSETS = {
    "utf-8": "UTF-8",
    "utf8": "UTF-8",
    "utf-16": "UTF-16",
    "iso-8859-1": "ISO-8859-1",
    "latin1": "ISO-8859-1",
    "us-ascii": "US-ASCII",
    "ascii": "US-ASCII",
}
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TYPE = re.compile(rf"\s*({_TOKEN}/{_TOKEN})\s*")
_PARAMETER = re.compile(rf';\s*({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*")\s*')


@dataclass(frozen=True, slots=True)
class MediaType:
    """A content type that was read: `name` in lower case, its parameters as they came, its charset apart."""

    name: str
    parameters: str = ""
    """`; key=value` of each, without the charset."""
    charset: str | None = None

    @property
    def value(self) -> str:
        """With parameters, without charset."""
        return self.name + self.parameters

    @property
    def binary(self) -> bool:
        """True where a body of this type is bytes."""
        if self.name.startswith("multipart/"):
            return True
        return self.name not in _FIXED and self.name not in _OPEN and self.charset is None

    @property
    def json(self) -> bool:
        """True for JSON and its relatives; parameters make it something else."""
        return self.value == "application/json" or self.value.endswith("+json")

    def written(self, charset: str | None = None) -> str:
        """As a header has it; `charset` in place of its own."""
        shown = charset or self.charset
        if self.binary or self.name in _FIXED or shown is None:
            return self.value
        return f"{self.value}; charset={shown}"


HTML = MediaType("text/html")
JSON = MediaType("application/json")
OCTETS = MediaType("application/octet-stream")
PLAIN = MediaType("text/plain")
SVG = MediaType("image/svg+xml")


@lru_cache(maxsize=256)
def read(text: str) -> MediaType | None:
    """The media type of a header's value, None where it is none."""
    start = _TYPE.match(text)
    if start is None:
        return None
    parameters, charset, at = "", None, start.end()
    while found := _PARAMETER.match(text, at):
        key, value = found.groups()
        if key.lower() == "charset":
            plain = value.strip('"')
            charset = _CHARSETS.get(plain.lower(), plain)
        else:
            parameters += f"; {key}={value}"
        at = found.end()
    return MediaType(start[1].lower(), parameters, charset) if at == len(text) else None
