"""The parameters of addresses, each described and bounded once."""

from typing import Annotated

from ninja import Path, Query

Number = Annotated[
    str,
    Path(
        pattern=r"^[0-9]{21}[0-9A-Z](-[0-9]{2})?$",
        description="办件编号: the public number of a case (22; of a case within a life event 25)",
    ),
]
ItemCode = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,60}$", description="The code of an item, e.g. jinglaoka")]
CenterInPath = Annotated[str, Path(pattern=r"^[0-9]{9}$", description="A center (9 digits)")]
VisitId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="A visit that this token began")
]
MandateId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="A mandate")]
ConsentId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="A consent")]
DraftId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="A draft")]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="The SM3 digest of a paper's bytes")]
Cursor = Annotated[str, Query(max_length=200, description="Where the last page ended (`next`); empty: the first page")]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows a page")]
Version = Annotated[int, Query(ge=0, le=100_000, description="A version of the item; 0: the one valid today")]
District = Annotated[str, Query(pattern=r"^([0-9]{6})?$", description="A district (6 digits)")]
CenterCode = Annotated[str, Query(pattern=r"^([0-9]{9})?$", description="A center (9 digits); empty: all of the token")]
Word = Annotated[str, Query(max_length=60)]
