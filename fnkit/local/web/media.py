"""Media types as OpenWhisk's HTTP library knows them: which are text, which bytes, and how it writes them.

Source: MediaType.scala, ContentTypeHeader.scala of pekko-http. A type that is not in its table is bytes unless a
charset is given: `text/javascript` and `application/vnd.mine+json` are bytes.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_FIXED_NAMES = """
application/json application/json-patch+json application/merge-patch+json application/problem+json
application/vnd.api+json application/x-www-form-urlencoded text/event-stream
"""
_OPEN_NAMES = """
application/atom+xml application/base64 application/javascript application/problem+xml application/rss+xml
application/soap+xml application/vnd.google-earth.kml+xml application/x-latex application/x-vrml
application/xhtml+xml application/xml application/xml-dtd
text/asp text/cache-manifest text/calendar text/css text/csv text/html text/markdown text/mcf text/plain
text/richtext text/tab-separated-values text/uri-list text/vnd.wap.wml text/vnd.wap.wmlscript text/x-asm text/x-c
text/x-component text/x-h text/x-java-source text/x-pascal text/x-script text/x-scriptcsh text/x-scriptelisp
text/x-scriptksh text/x-scriptlisp text/x-scriptperl text/x-scriptperl-module text/x-scriptphyton text/x-scriptrexx
text/x-scriptscheme text/x-scriptsh text/x-scripttcl text/x-scripttcsh text/x-scriptzsh text/x-server-parsed-html
text/x-setext text/x-sgml text/x-speech text/x-uuencode text/x-vcalendar text/x-vcard text/xml
"""
_FIXED = frozenset(_FIXED_NAMES.split())
"""Text whose charset is UTF-8 and is never written."""
_OPEN = frozenset(_OPEN_NAMES.split())
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
