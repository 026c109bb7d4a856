"""The names under which nodes meet at the NATS server, and what each node may do there."""

OFFICE = "OFFICE"
"""The server's account that holds the streams."""
ADMIN = "admin"
"""Makes streams. No node may be called so."""
CONSUMER = "mailroom"


def stream(node: str) -> str:
    """The stream that holds what others wrote to a node."""
    return f"MAIL_{node}"


def mail(to: str, from_node: str, lane: str) -> str:
    """The subject of a lane."""
    return f"mail.{to}.{from_node}.{lane}"


def status(to: str, from_node: str) -> str:
    """The subject of words about the lanes, which nobody keeps."""
    return f"status.{to}.{from_node}"


def inbox(node: str) -> str:
    """Where answers to a node arrive. One each: under a common prefix every node could listen to the others' answers, which
    is how letters of a stream are delivered."""
    return f"_INBOX_{node}"


def may_publish(node: str) -> list[str]:
    """Words in its own name, and what goes through the counters."""
    return [status("*", node), *(counter["service"] for counter in counters(node))]


def may_subscribe(node: str) -> list[str]:
    """Answers to it, and words to it."""
    return [f"{inbox(node)}.>", status(node, "*")]


def counters(node: str) -> list[dict[str, str]]:
    """What a node reaches of the office, as the server's configuration has it: letters in its own name; asking its own consumer,
    and confirming; the last letter of its own lanes.

    The last one names the subject within the question, so the right to ask ends where the own letters end.
    """
    return [
        {"service": mail("*", node, "*")},
        # Several letters answer one question; the way back is forgotten soon after the question is (nats.ASKED_FOR).
        {
            "service": f"$JS.API.CONSUMER.MSG.NEXT.{stream(node)}.{CONSUMER}",
            "response_type": "stream",
            "threshold": "10s",
        },
        {"service": f"$JS.API.CONSUMER.INFO.{stream(node)}.{CONSUMER}"},
        {"service": f"$JS.ACK.{stream(node)}.{CONSUMER}.>"},
        {"service": f"$JS.API.DIRECT.GET.*.{mail('*', node, '*')}"},
        # Its own stream once more from the beginning, after the restore of a backup.
        {"service": f"$JS.API.DIRECT.GET.{stream(node)}"},
    ]
