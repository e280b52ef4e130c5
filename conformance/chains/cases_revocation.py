"""Revocation lists: what they revoke, which of them prove anything, and how far they reach."""

from authority import *
from bundle import begin_theme, case, client_case

begin_theme(__doc__)

ROOT = authority("Root")
OTHER_ROOT = authority("Other Root")
ONE = authority("One", ROOT)
SERVER = leaf(ONE)
OTHER_SERVER = leaf(ONE)
SENT = [SERVER, ONE]


def list_case(name: str, about: str, expect: str, lists: list, reach: str = "where_listed",
              sent: list = SENT, trust: list = [ROOT], **rest) -> None:
    case(name, about, expect, sent, trust=trust, lists=lists, reach=reach, **rest)


REVOKES_LEAF = revocation_list(ONE, [SERVER])
REVOKES_OTHER = revocation_list(ONE, [OTHER_SERVER])
OF_ONE, OF_ROOT = revocation_list(ONE), revocation_list(ROOT)
REVOKES_ONE = revocation_list(ROOT, [ONE])

list_case("listed_and_good", "The list does not name it.", "ok", [OF_ONE])
list_case("other_revoked", "The list names another.", "ok", [REVOKES_OTHER])
list_case("leaf_revoked", "The list names the leaf.", "revoked", [REVOKES_LEAF])
list_case("leaf_among_many_revoked", "Among many others.", "revoked",
          [revocation_list(ONE, [*range(1, 200), SERVER, OTHER_SERVER])])
list_case("intermediate_revoked", "The root's list names the CA.", "revoked", [REVOKES_ONE])
list_case("both_revoked", "Both are named.", "revoked", [REVOKES_LEAF, REVOKES_ONE])
list_case("serial_of_other_issuer", "The same number of another issuer is another certificate.",
          "ok", [revocation_list(ROOT, [SERVER]), OF_ONE])
list_case("root_revokes_itself", "What is trusted is not looked up.", "ok",
          [revocation_list(ROOT, [ROOT])])
list_case("trusted_leaf_revoked", "Not even a leaf.", "ok", [REVOKES_LEAF],
          sent=[SERVER], trust=[SERVER])
list_case("revoked_outside_the_path", "A CA that is not needed is revoked.", "ok",
          [revocation_list(ROOT, [0x7777])])
EXPIRED_LEAF = leaf(ONE, end=PAST)
list_case("revoked_and_expired", "Revoked weighs more than expired.", "revoked",
          [revocation_list(ONE, [EXPIRED_LEAF])], sent=[EXPIRED_LEAF, ONE])
list_case("revoked_and_wrong_name", "And more than the name.", "revoked", [REVOKES_LEAF],
          asked="other.test")
client_case("client_revoked", "A client's certificate is revoked.", "revoked",
            [client(ONE, serial=0x5151), ONE], trust=[ROOT],
            lists=[revocation_list(ONE, [0x5151])])

# --- Lists that prove nothing: what they should cover is not known ---

UNKNOWN = "revocation_unknown"
list_case("list_out_of_date", "Its nextUpdate has passed.", UNKNOWN,
          [revocation_list(ONE, end="20300614000000Z")])
list_case("list_not_yet_valid", "Its thisUpdate is to come.", UNKNOWN,
          [revocation_list(ONE, begin="20300616000000Z")])
list_case("list_out_of_date_revokes", "An old list proves no revocation either.", UNKNOWN,
          [revocation_list(ONE, [SERVER], end="20300614000000Z")])
list_case("list_last_second", "The second of its nextUpdate.", UNKNOWN,
          [revocation_list(ONE, end="20300615000000Z")])
list_case("list_second_before_last", "The second before.", "ok",
          [revocation_list(ONE, end="20300615000001Z")])
list_case("list_first_second", "The second of its thisUpdate.", "ok",
          [revocation_list(ONE, begin="20300615000000Z")])
list_case("list_without_end", "It does not say until when.", UNKNOWN,
          [revocation_list(ONE, end=None)])
list_case("list_signature_changed", "A bit of its signature is wrong.", UNKNOWN,
          [revocation_list(ONE, flip_signature=True)])
list_case("list_signed_by_another", "Another key has signed it.", UNKNOWN,
          [revocation_list(ONE, signed_by=key("p256 other"))])
list_case("list_signed_by_root", "Not even the root's key may.", UNKNOWN,
          [revocation_list(ONE, signed_by=ROOT.key)])
list_case("forged_list_revokes", "A forged list revokes nothing.", UNKNOWN,
          [revocation_list(ONE, [SERVER], signed_by=key("p256 other"))])
list_case("list_signed_weakly", "Signed with SHA-1.", UNKNOWN,
          [revocation_list(ONE, by="ecdsa-sha1")])
NO_CRL_SIGN = authority("One", ROOT, usage=key_usage("keyCertSign"))
list_case("issuer_lacks_crl_sign", "The CA's key is not for signing lists.", UNKNOWN, [OF_ONE],
          sent=[SERVER, NO_CRL_SIGN])
NO_USAGE = authority("One", ROOT, usage=b"")
list_case("issuer_without_key_usage", "Without key usage, every use.", "ok", [OF_ONE],
          sent=[SERVER, NO_USAGE])
DELTA = extension("2.5.29.27", asn1.integer(1), critical=True)
list_case("delta_list", "It speaks of changes only (RFC 5280 section 5.2.4).", UNKNOWN,
          [revocation_list(ONE, extensions=[DELTA])])
INDIRECT = extension("2.5.29.28", asn1.sequence(asn1.text_field(4, b"\xff")), critical=True)
list_case("indirect_list", "It speaks for other issuers (section 5.2.5).", UNKNOWN,
          [revocation_list(ONE, extensions=[INDIRECT])])
USERS_ONLY = extension("2.5.29.28", asn1.sequence(asn1.text_field(1, b"\xff")), critical=True)
list_case("partial_list", "It speaks for some of its issuer's certificates.", UNKNOWN,
          [revocation_list(ONE, extensions=[USERS_ONLY])])
list_case("list_unknown_critical", "A critical extension that nobody understands.", UNKNOWN,
          [revocation_list(ONE, extensions=[unknown(True)])])
list_case("list_unknown", "One that is not critical.", "ok",
          [revocation_list(ONE, extensions=[unknown(False)])])
list_case("entry_unknown_critical", "A critical extension of an entry.", UNKNOWN,
          [revocation_list(ONE, [OTHER_SERVER], entry_extensions=[unknown(True)])])
REASON = extension("2.5.29.21", asn1.element(0x0A, b"\x01"))
list_case("entry_with_reason", "Why does not matter.", "revoked",
          [revocation_list(ONE, [SERVER], entry_extensions=[REASON])])
list_case("list_of_version_1", "A list without extensions.", "revoked",
          [revocation_list(ONE, [SERVER], version=1)])

# --- Several lists of one issuer ---

list_case("two_lists_one_revokes", "One that revokes is enough.", "revoked",
          [OF_ONE, REVOKES_LEAF])
list_case("two_lists_one_revokes_reversed", "In whatever order.", "revoked",
          [REVOKES_LEAF, OF_ONE])
list_case("old_list_beside_new", "An old list does no harm beside a good one.", "ok",
          [revocation_list(ONE, end="20300614000000Z"), OF_ONE])
list_case("forged_list_beside_good", "Nor does a forged one.", "ok",
          [revocation_list(ONE, [SERVER], signed_by=key("p256 other")), OF_ONE])
list_case("delta_beside_full", "Nor a delta.", "ok",
          [revocation_list(ONE, extensions=[DELTA]), OF_ONE])

# --- Reach ---

list_case("where_listed_no_list", "Without a list, nothing is asked.", "ok",
          [revocation_list(OTHER_ROOT)])
list_case("leaf_reach_listed", "The leaf must be covered, and is.", "ok", [OF_ONE], "leaf")
list_case("leaf_reach_not_listed", "And is not.", UNKNOWN, [OF_ROOT], "leaf")
list_case("leaf_reach_stranger_only", "Another issuer's list does not cover it.", UNKNOWN,
          [revocation_list(OTHER_ROOT)], "leaf")
list_case("leaf_reach_intermediate_revoked", "The CA is looked up where its issuer is listed.",
          "revoked", [OF_ONE, REVOKES_ONE], "leaf")
list_case("leaf_reach_revoked", "The leaf is revoked.", "revoked", [REVOKES_LEAF], "leaf")
list_case("whole_path_listed", "Every issuer is listed.", "ok", [OF_ONE, OF_ROOT], "whole_path")
list_case("whole_path_root_missing", "The root's list is missing.", UNKNOWN, [OF_ONE],
          "whole_path")
list_case("whole_path_leaf_missing", "The CA's list is missing.", UNKNOWN, [OF_ROOT],
          "whole_path")
list_case("whole_path_intermediate_revoked", "The CA is revoked.", "revoked",
          [OF_ONE, REVOKES_ONE], "whole_path")
list_case("whole_path_direct", "A leaf of the root needs one list.", "ok", [OF_ROOT],
          "whole_path", sent=[leaf(ROOT)])
list_case("whole_path_trusted_leaf", "What is trusted needs none.", "ok",
          [revocation_list(OTHER_ROOT)], "whole_path", sent=[SERVER], trust=[SERVER])
list_case("whole_path_trusted_intermediate", "Nor does a trusted CA.", "ok", [OF_ONE],
          "whole_path", sent=[SERVER], trust=[ONE])
list_case("unknown_and_wrong_name", "It weighs more than the name.", UNKNOWN, [OF_ROOT], "leaf",
          asked="other.test")
list_case("list_of_namesake", "A list of another CA of that name has another signature.",
          UNKNOWN, [revocation_list(authority("One", OTHER_ROOT, key_name="p256 namesake"))])
