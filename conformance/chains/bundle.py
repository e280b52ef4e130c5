"""A case: what a peer shows to whom, and what must come of it. Many of them: a bundle, a text file.

A bundle has one word and its values on each line, and bytes as hexadecimal digits:

    der c1 308201...           a certificate or a revocation list, named by the cases below it
    theme Dates: ...           a heading for the cases below it
    case leaf_expired          begins a case; everything below is of it
    about The leaf's ...       why the verdict is what it is
    sent c7 c3                 by the peer, leaf first
    key 3081...                of the leaf, PKCS#8; if it is to be shown in a handshake
    trust roots c1 c2          or: trust pins
    intermediates c4
    lists where_listed c5      the reach, and the lists
    pin key 1f2e...            or: pin certificate 1f2e...
    max_intermediates 2
    any_purpose
    name server.test           of the server; a client's certificate has no such line
    at 1907712000              the time, in seconds
    expect expired             or: expect ok
    unshown                    a handshake cannot show it; the verifier is asked directly
    note NIST: valid.          what another authority says
"""

import calendar
import dataclasses
import time
from typing import Dict, List, Optional, Sequence, TextIO, Tuple

from authority import Certificate

NOW = "20300615000000Z"

VERDICTS = {
    "ok", "no_certificate", "malformed", "unknown_issuer", "too_deep", "bad_signature", "revoked",
    "expired", "not_yet_valid", "wrong_purpose", "name_constraint", "critical_extension", "weak",
    "revocation_unknown", "wrong_name", "not_pinned", "refused", "other",
}
REACHES = {"where_listed", "leaf", "whole_path"}


@dataclasses.dataclass
class Case:
    name: str
    about: str
    sent: List[bytes]
    expect: str
    trust: Sequence[bytes] = ()
    trusts_pins: bool = False
    intermediates: Sequence[bytes] = ()
    lists: Sequence[bytes] = ()
    reach: str = "where_listed"
    pins: Sequence[Tuple[str, str]] = ()
    max_intermediates: Optional[int] = None
    any_purpose: bool = False
    asked: Optional[str] = None
    at: str = NOW
    key: Optional[bytes] = None
    note: str = ""
    theme: str = ""


class Cases:
    """Collects cases, and checks that they make sense together."""

    def __init__(self) -> None:
        self.all: List[Case] = []
        self.theme = ""

    def add(self, case: Case) -> None:
        assert case.name not in {other.name for other in self.all}, f"twice: {case.name}"
        assert case.expect in VERDICTS, f"{case.name}: no such verdict: {case.expect}"
        assert case.reach in REACHES, f"{case.name}: no such reach: {case.reach}"
        assert case.about.endswith("."), f"{case.name}: end the sentence"
        assert "|" not in case.about, f"{case.name}: | would end a column of the table"
        assert case.sent, f"{case.name}: nothing is sent"
        case.theme = self.theme
        self.all.append(case)

    def write(self, out: TextIO) -> None:
        ids: Dict[bytes, str] = {}

        def named(ders: Sequence[bytes]) -> str:
            for der in ders:
                if der not in ids:
                    ids[der] = f"c{len(ids) + 1}"
                    print("der", ids[der], der.hex(), file=out)
            return " ".join(ids[der] for der in ders)

        theme = ""
        for case in self.all:
            if case.theme != theme:
                theme = case.theme
                print("theme", theme, file=out)
            _write_case(case, named, out)


def _write_case(case: Case, named, out: TextIO) -> None:
    parts = [named(ders) for ders in (case.sent, case.trust, case.intermediates, case.lists)]
    sent, trust, intermediates, lists = parts
    moment = calendar.timegm(time.strptime(case.at, "%Y%m%d%H%M%SZ"))
    lines = [f"case {case.name}", f"about {case.about}", f"sent {sent}",
             "trust pins" if case.trusts_pins else f"trust roots {trust}"]
    lines += [f"key {case.key.hex()}"] if case.key else ["unshown"]
    lines += [f"intermediates {intermediates}"] if intermediates else []
    lines += [f"lists {case.reach} {lists}"] if lists or case.reach != "where_listed" else []
    lines += [f"pin {of} {fingerprint}" for of, fingerprint in case.pins]
    if case.max_intermediates is not None:
        lines.append(f"max_intermediates {case.max_intermediates}")
    lines += ["any_purpose"] if case.any_purpose else []
    lines += [f"name {case.asked}"] if case.asked else []
    lines += [f"at {moment}", f"expect {case.expect}"]
    lines += [f"note {case.note}"] if case.note else []
    print("\n".join(lines), file=out)


# --- Cases as scripts write them -----------------------------------------------------------------

CASES = Cases()


def begin_theme(text: str) -> None:
    """Puts the cases below under the first paragraph of `text`."""
    CASES.theme = " ".join(text.split("\n\n")[0].split())


def ders(certificates: Sequence) -> List[bytes]:
    return [c.der if isinstance(c, Certificate) else c for c in certificates]


def case(name: str, about: str, expect: str, sent: Sequence, *, trust: Sequence,
         asked: Optional[str] = "server.test", shown: bool = True, intermediates: Sequence = (),
         **rest) -> None:
    """A server shows `sent` to a client that trusts the roots `trust` and wants `asked`.

    `shown`: False for what no handshake can show, such as a leaf whose key has no use in TLS.
    """
    key = sent[0].key.pkcs8 if shown else None
    CASES.add(Case(name, about, ders(sent), expect, trust=ders(trust), asked=asked, key=key,
                   intermediates=ders(intermediates), **rest))


def client_case(name: str, about: str, expect: str, sent: Sequence, *, trust: Sequence,
                **rest) -> None:
    """A client shows `sent` to a server."""
    case(name, about, expect, sent, trust=trust, asked=None, **rest)


def key_pin(certificate: Certificate) -> Tuple[str, str]:
    return ("key", certificate.key_fingerprint)


def certificate_pin(certificate: Certificate) -> Tuple[str, str]:
    return ("certificate", certificate.fingerprint)
