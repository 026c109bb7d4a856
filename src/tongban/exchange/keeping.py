"""Files and the mail room: which may not go because letters about them are still under way, and which were sent before."""

import datetime as dt
from collections.abc import Sequence

from tongban.plumbing.statements import ask, say


def under_way(before: dt.datetime) -> bool:
    """True while something older than a moment has not arrived or could not be applied. A file that nobody names here may then
    be named by it: a piece waiting to be read from the cabinet, or a dossier that is behind its own scans."""
    ((found,),) = ask(
        "select exists (select from exchange_letter l left join exchange_out_lane o using (to_node, lane) "
        "where l.kind = 'piece' and l.at < %s and (l.seq is null or l.seq > coalesce(o.delivered, 0))) "
        "or exists (select from exchange_parked where at < %s) "
        "or exists (select from exchange_bag where at < %s) "
        "or exists (select from exchange_came where at < %s)",
        [before] * 4,
    )
    return bool(found)


def forget_sent(digests: Sequence[str]) -> None:
    """These files are let go here and, named by nobody, at the other node, too: sent again they are sent anew."""
    say("delete from exchange_sent_file where digest = any(%s)", [list(digests)])
