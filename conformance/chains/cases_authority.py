"""Who may issue: the CA flag, the path length, and the key usage of CAs."""

from authority import *
from bundle import begin_theme, case

begin_theme(__doc__)

ROOT = authority("Root")
ONE = authority("One", ROOT)
TWO = authority("Two", ONE)


def under(one: Certificate) -> list:
    return [leaf(one), one]


NO_CA = authority("One", ROOT, basic=basic_constraints(False))
NO_BASIC = authority("One", ROOT, basic=b"")
case("intermediate_is_no_ca", "cA is false.", "wrong_purpose", under(NO_CA), trust=[ROOT])
case("intermediate_lacks_basic_constraints", "Nothing says that it is a CA.", "wrong_purpose",
     under(NO_BASIC), trust=[ROOT])
case("intermediate_lacks_extensions", "No basicConstraints, and no key usage.", "wrong_purpose",
     under(authority("One", ROOT, basic=b"", usage=b"")), trust=[ROOT])
case("leaf_as_ca", "A server's certificate has issued another.", "wrong_purpose",
     under(leaf(ROOT, subject="One", key_name="p256 One")), trust=[ROOT])
case("root_is_no_ca", "A trusted certificate that says that it is no CA is none.", "wrong_purpose",
     [leaf(ROOT)], trust=[authority("Root", basic=basic_constraints(False))])
case("root_lacks_basic_constraints", "A root of version 3 has to say that it is a CA.",
     "wrong_purpose", [leaf(ROOT)], trust=[authority("Root", basic=b"")])
case("trusted_intermediate_is_no_ca", "So has a CA that is trusted without its root.",
     "wrong_purpose", [leaf(NO_CA)], trust=[NO_CA])
case("basic_constraints_not_critical", "Criticality is the CA's business.", "ok",
     under(authority("One", ROOT, basic=basic_constraints(True, critical=False))), trust=[ROOT])
case("leaf_is_a_ca", "A CA may be a server too.", "ok",
     [leaf(ONE, basic=basic_constraints(True)), ONE], trust=[ROOT])
case("leaf_lacks_basic_constraints", "A leaf need not say that it is no CA.", "ok",
     [leaf(ONE, basic=b""), ONE], trust=[ROOT])

# --- Version 1 certificates cannot say anything ---

V1_ROOT = authority("V1 Root", basic=b"", usage=b"", ids=False, version=1)
V1_ONE = authority("One", ROOT, basic=b"", usage=b"", ids=False, version=1)
case("v1_root", "A self-signed root of version 1 is believed to be a CA.", "ok",
     [leaf(V1_ROOT)], trust=[V1_ROOT])
case("v1_intermediate", "An intermediate of version 1 is not.", "wrong_purpose",
     under(V1_ONE), trust=[ROOT])
case("v1_intermediate_trusted", "Not even if it is trusted: it is not self-signed.",
     "wrong_purpose", [leaf(V1_ONE)], trust=[V1_ONE])
V1_LEAF = certificate("server.test", ONE, extensions=[], key_name="p256 leaf", version=1)
case("v1_leaf", "A leaf of version 1 has no names.", "wrong_name", [V1_LEAF, ONE], trust=[ROOT])
case("v1_leaf_of_client", "A client needs none.", "ok", [V1_LEAF, ONE], trust=[ROOT], asked=None)

# --- Path length (RFC 5280 section 4.2.1.9): intermediates below, without the leaf ---

ZERO = authority("One", ROOT, path_length=0)
TWO_UNDER_ZERO = authority("Two", ZERO)
case("path_length_0", "No CA below, and there is none.", "ok", under(ZERO), trust=[ROOT])
case("path_length_0_exceeded", "No CA below, and there is one.", "wrong_purpose",
     [leaf(TWO_UNDER_ZERO), TWO_UNDER_ZERO, ZERO], trust=[ROOT])
LIMITED = authority("One", ROOT, path_length=1)
TWO_UNDER_LIMITED = authority("Two", LIMITED)
THREE_UNDER_LIMITED = authority("Three", TWO_UNDER_LIMITED)
case("path_length_1", "One CA below.", "ok",
     [leaf(TWO_UNDER_LIMITED), TWO_UNDER_LIMITED, LIMITED], trust=[ROOT])
case("path_length_1_exceeded", "One CA below, and there are two.", "wrong_purpose",
     [leaf(THREE_UNDER_LIMITED), THREE_UNDER_LIMITED, TWO_UNDER_LIMITED, LIMITED], trust=[ROOT])
case("root_path_length_0", "A root's limit holds too.", "wrong_purpose",
     under(ONE), trust=[authority("Root", path_length=0)])
case("root_path_length_0_kept", "And is kept.", "ok",
     [leaf(ROOT)], trust=[authority("Root", path_length=0)])
WIDER_TWO = authority("Two", ZERO, path_length=5)
case("path_length_widened", "A CA cannot widen the limit of its issuer.", "wrong_purpose",
     [leaf(WIDER_TWO), WIDER_TWO, ZERO], trust=[ROOT])
case("path_length_0_above_ca_leaf", "A leaf does not count, though it is a CA.", "ok",
     [leaf(ZERO, basic=basic_constraints(True)), ZERO], trust=[ROOT])
case("path_length_31_bits", "The longest that fits 31 bits.", "ok",
     under(authority("One", ROOT, path_length=(1 << 31) - 1)), trust=[ROOT])
for bits, length in [("32_bits", 1 << 31), ("41_bits", 1 << 40), ("negative", -1)]:
    case(f"path_length_{bits}", "No length that both libraries read.", "malformed",
         under(authority("One", ROOT, path_length=length)), trust=[ROOT], shown=False)
SELF_ISSUED = certificate(
    "One", ZERO, key_name="p256 new one",
    extensions=[basic_constraints(True), key_usage("keyCertSign"),
                *identifiers("p256 new one", ZERO)])
case("self_issued_is_not_counted", "A CA's new key, certified by its old one, counts for nothing.",
     "ok", [leaf(SELF_ISSUED), SELF_ISSUED, ZERO], trust=[ROOT])
NO_ISSUER_ID = certificate(
    "One", ZERO, key_name="p256 new one",
    extensions=[basic_constraints(True), key_usage("keyCertSign"),
                *identifiers("p256 new one", None)])
case("self_issued_without_issuer_id", "Without the issuer's key identifier it looks self-signed.",
     "unknown_issuer", [leaf(NO_ISSUER_ID), NO_ISSUER_ID, ZERO], trust=[ROOT])
TWO_UNDER_NEW = authority("Two", SELF_ISSUED)
case("self_issued_does_not_widen", "But what is below it counts.", "wrong_purpose",
     [leaf(TWO_UNDER_NEW), TWO_UNDER_NEW, SELF_ISSUED, ZERO], trust=[ROOT])

# --- Key usage of CAs ---

NO_SIGNER = authority("One", ROOT, usage=key_usage("digitalSignature", "cRLSign"))
case("ca_lacks_cert_sign", "Its key is not for signing certificates.", "wrong_purpose",
     under(NO_SIGNER), trust=[ROOT])
case("ca_lacks_cert_sign_not_critical", "Critical or not.", "wrong_purpose",
     under(authority("One", ROOT, usage=key_usage("cRLSign", critical=False))), trust=[ROOT])
case("root_lacks_cert_sign", "That holds for a root too.", "wrong_purpose",
     [leaf(ROOT)], trust=[authority("Root", usage=key_usage("cRLSign"))])
case("ca_without_key_usage", "Without key usage, every use.", "ok",
     under(authority("One", ROOT, usage=b"")), trust=[ROOT])
case("ca_with_other_usages_too", "More uses than needed.", "ok",
     under(authority("One", ROOT, usage=key_usage("digitalSignature", "keyCertSign"))),
     trust=[ROOT])
case("ca_usage_without_basic_constraints", "keyCertSign alone makes no CA.", "wrong_purpose",
     under(authority("One", ROOT, basic=b"", usage=key_usage("keyCertSign"))), trust=[ROOT])
