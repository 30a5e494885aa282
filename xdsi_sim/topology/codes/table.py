"""Our own form, in YAML: attribute, coding scheme, code, and what the code is called.

```yaml
classCode:
  1.3.6.1.4.1.19376.1.2.6.1: {IMAGES: Images, REPORTS: Reports}
mimeType: [application/dicom, application/pdf]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from xdsi_sim.rules.code_sets import CODED, PLAIN, AllowedCode
from xdsi_sim.topology.checked import Checked, check, wrong
from xdsi_sim.topology.yaml import read_yaml

__all__ = ["CodeTable", "read_code_table"]


def _as_names(value: Any) -> Any:
    """A list of codes has no displays."""
    if isinstance(value, list) and all(isinstance(code, str) for code in value):
        return dict.fromkeys(value)
    return value


def _filled(value: Any) -> Any:
    if not value:
        raise wrong("no code is listed here")
    return value


Codes = Annotated[dict[str, str | None], BeforeValidator(_as_names), AfterValidator(_filled)]
CodesByScheme = Annotated[dict[str, Codes], AfterValidator(_filled)]
Texts = Annotated[tuple[str, ...], AfterValidator(_filled)]


class CodeTable(Checked):
    """What such a file may hold; an attribute that it leaves out takes any code."""

    title: str | None = None
    """For people."""
    classCode: CodesByScheme = {}
    typeCode: CodesByScheme = {}
    formatCode: CodesByScheme = {}
    confidentialityCode: CodesByScheme = {}
    eventCodeList: CodesByScheme = {}
    healthcareFacilityTypeCode: CodesByScheme = {}
    practiceSettingCode: CodesByScheme = {}
    contentTypeCode: CodesByScheme = {}
    codeList: CodesByScheme = {}
    documentation: CodesByScheme = {}
    mimeType: Texts = ()
    languageCode: Texts = ()

    def codes(self) -> Iterator[AllowedCode]:
        """The codes, attribute by attribute."""
        for attribute in CODED:
            for scheme, codes in getattr(self, attribute).items():
                for code, display in codes.items():
                    yield AllowedCode(attribute=attribute, code=code, codingScheme=scheme, display=display)
        for attribute in PLAIN:
            for text in getattr(self, attribute):
                yield AllowedCode(attribute=attribute, code=text)


def read_code_table(path: Path) -> Iterator[AllowedCode]:
    """The codes of a file; raises UsageError with line and column of what is wrong."""
    return check(CodeTable, read_yaml(path)).codes()
