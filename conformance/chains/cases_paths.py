"""Ways from a leaf to what is trusted: only the leaf's place in what a peer sends matters."""

from authority import *
from bundle import begin_theme, case, client_case

begin_theme(__doc__)

ROOT = authority("Root")
OTHER_ROOT = authority("Other Root")
ONE = authority("One", ROOT)
TWO = authority("Two", ONE)
THREE = authority("Three", TWO)
SERVER_BY_ROOT, SERVER = leaf(ROOT), leaf(ONE)
SERVER_BY_THREE = leaf(THREE)
STRANGER = authority("Stranger", OTHER_ROOT)

case("plain", "The root itself has issued it.", "ok", [SERVER_BY_ROOT], trust=[ROOT])
case("one_intermediate", "Leaf, intermediate, root.", "ok", [SERVER, ONE], trust=[ROOT])
case("two_intermediates", "Two CAs below the root.", "ok", [leaf(TWO), TWO, ONE], trust=[ROOT])
case("three_intermediates", "As deep as the public web goes.", "ok",
     [SERVER_BY_THREE, THREE, TWO, ONE], trust=[ROOT])
case("root_sent_too", "What is trusted may be sent as well.", "ok",
     [SERVER, ONE, ROOT], trust=[ROOT])
case("wrong_order", "Behind the leaf, the order does not matter.", "ok",
     [SERVER_BY_THREE, ONE, TWO, THREE], trust=[ROOT])
case("root_before_intermediate", "Nor does where the root stands.", "ok",
     [SERVER, ROOT, ONE], trust=[ROOT])
case("unrelated_sent", "What does not belong there is passed over.", "ok",
     [SERVER, STRANGER, ONE, OTHER_ROOT], trust=[ROOT])
case("duplicate_intermediate", "The same certificate twice is one certificate.", "ok",
     [SERVER, ONE, ONE], trust=[ROOT])
case("duplicate_leaf", "The leaf again is passed over.", "ok",
     [SERVER, SERVER, ONE], trust=[ROOT])
case("several_roots", "Any of the roots will do.", "ok",
     [SERVER, ONE], trust=[OTHER_ROOT, ROOT])
case("missing_intermediate", "Nobody knows who issued the leaf.", "unknown_issuer",
     [SERVER], trust=[ROOT])
case("missing_middle", "One of two CAs is missing.", "unknown_issuer",
     [leaf(TWO), TWO], trust=[ROOT])
case("missing_intermediate_known", "The verifier has the missing CA.", "ok",
     [SERVER], trust=[ROOT], intermediates=[ONE])
case("missing_middle_known", "The verifier has one, the peer sends the other.", "ok",
     [leaf(TWO), TWO], trust=[ROOT], intermediates=[ONE])
case("known_intermediate_is_not_trusted", "To know a CA is not to trust it.", "unknown_issuer",
     [SERVER], trust=[OTHER_ROOT], intermediates=[ONE])
case("sent_root_is_not_trusted", "A root does not vouch for itself.", "unknown_issuer",
     [SERVER, ONE, ROOT], trust=[OTHER_ROOT])
case("root_alone_unknown", "Issued by a root that is not trusted.", "unknown_issuer",
     [SERVER_BY_ROOT], trust=[OTHER_ROOT])

# --- Self-signed, and chains that end early ---

SELF_SIGNED = leaf(None)
SELF_SIGNED_CA = leaf(None, basic=basic_constraints(True))
case("self_signed", "Nobody else vouches for it.", "unknown_issuer", [SELF_SIGNED], trust=[ROOT])
case("self_signed_trusted", "It is trusted itself.", "ok", [SELF_SIGNED], trust=[SELF_SIGNED])
case("self_signed_ca_trusted", "It is trusted itself; that it is a CA does no harm.", "ok",
     [SELF_SIGNED_CA], trust=[SELF_SIGNED_CA])
case("self_signed_trusted_other_name", "Trust is no name.", "wrong_name",
     [SELF_SIGNED], trust=[SELF_SIGNED], asked="other.test")
case("leaf_trusted", "The leaf itself is trusted, whoever issued it.", "ok",
     [SERVER], trust=[SERVER])
case("leaf_trusted_others_sent", "Likewise, with its issuers behind it.", "ok",
     [SERVER, ONE, ROOT], trust=[SERVER])
case("other_leaf_trusted", "Another certificate of the same name and key is another.",
     "unknown_issuer", [leaf(ONE), ONE], trust=[SERVER])
case("intermediate_trusted", "The way ends where trust begins.", "ok",
     [SERVER, ONE], trust=[ONE])
case("intermediate_trusted_not_sent", "The trusted CA need not be sent.", "ok",
     [SERVER], trust=[ONE])
case("middle_trusted", "The upper of two CAs is trusted, and no root.", "ok",
     [leaf(TWO), TWO, ONE], trust=[ONE])
case("intermediate_and_root_trusted", "The shorter way will do.", "ok",
     [SERVER, ONE, ROOT], trust=[ROOT, ONE])

# --- More than one way ---

OLD_ROOT = authority("Old Root", end=PAST)
CROSS = authority("Root", OLD_ROOT)  # The root's name and key, issued by the old root.
CROSS_EXPIRED = authority("Root", OLD_ROOT, end=PAST)
CROSS_BY_STRANGER = authority("Root", OTHER_ROOT)
case("cross_sign_of_expired_root", "The old root has expired, the new one is trusted.", "ok",
     [SERVER, ONE, CROSS, OLD_ROOT], trust=[OLD_ROOT, ROOT])
case("expired_cross_sign", "The cross-sign has expired and is not needed.", "ok",
     [SERVER, ONE, CROSS_EXPIRED], trust=[ROOT, OLD_ROOT])
case("cross_sign_of_stranger", "A cross-sign by a root that is not trusted is not needed.", "ok",
     [SERVER, ONE, CROSS_BY_STRANGER], trust=[ROOT])
case("cross_sign_is_the_way", "Only the cross-signing root is trusted.", "ok",
     [SERVER, ONE, CROSS_BY_STRANGER], trust=[OTHER_ROOT])
case("cross_sign_of_expired_root_only", "Only the expired root is trusted.", "expired",
     [SERVER, ONE, CROSS], trust=[OLD_ROOT])
ROOT_EXPIRED = authority("Root", end=PAST)
ROOT_FUTURE = authority("Root", begin=FUTURE)
case("root_and_expired_twin", "Of two roots of one name and key, the good one counts.", "ok",
     [SERVER, ONE], trust=[ROOT_EXPIRED, ROOT])
case("root_and_expired_twin_reversed", "In whatever order they are trusted.", "ok",
     [SERVER, ONE], trust=[ROOT, ROOT_EXPIRED])
case("root_and_future_twin", "Likewise for one that is not valid yet.", "ok",
     [SERVER, ONE], trust=[ROOT_FUTURE, ROOT])
ROOT_OTHER_KEY = authority("Root", key_name="p256 other root")
case("root_and_namesake", "Of two roots of one name, the one with the key counts.", "ok",
     [SERVER, ONE], trust=[ROOT_OTHER_KEY, ROOT])
case("namesake_only", "The right name with another key identifier is another CA.",
     "unknown_issuer", [SERVER_BY_ROOT], trust=[ROOT_OTHER_KEY])
ROOT_NO_ID = authority("Root", ids=False)
NAMESAKE_NO_ID = authority("Root", key_name="p256 other root", ids=False)
SERVER_NO_ID = leaf(ROOT_NO_ID, ids=False)
case("namesake_without_key_id", "Without key identifiers the signature tells them apart.", "ok",
     [SERVER_NO_ID], trust=[NAMESAKE_NO_ID, ROOT_NO_ID])
case("namesake_without_key_id_only", "The right name, and a key that did not sign.",
     "bad_signature", [SERVER_NO_ID], trust=[NAMESAKE_NO_ID])
ONE_EXPIRED = authority("One", ROOT, end=PAST)
case("renewed_intermediate", "The expired CA is sent before its renewal.", "ok",
     [SERVER, ONE_EXPIRED, ONE], trust=[ROOT])
case("renewed_intermediate_known", "The peer sends the expired CA, the verifier has the new one.",
     "ok", [SERVER, ONE_EXPIRED], trust=[ROOT], intermediates=[ONE])
NAMESAKE_ONE = authority("One", OTHER_ROOT, key_name="p256 other one", ids=False)
ONE_NO_ID = authority("One", ROOT, ids=False)
case("namesake_intermediate_first", "The first CA of that name is a dead end.", "ok",
     [leaf(ONE_NO_ID, ids=False), NAMESAKE_ONE, ONE_NO_ID], trust=[ROOT])
NO_SIGNER = authority("One", ROOT, key_name="p256 other one", ids=False)
case("namesake_intermediate_trusted_too", "The first CA of that name is genuine and did not sign.",
     "ok", [leaf(ONE_NO_ID, ids=False), NO_SIGNER, ONE_NO_ID], trust=[ROOT])
WEAK_ONE = authority("One", ROOT, by="ecdsa-sha1")
case("weak_twin_of_intermediate", "Of two certificates of one CA, the strong one counts.", "ok",
     [SERVER, WEAK_ONE, ONE], trust=[ROOT])
NARROW_ONE = authority("One", ROOT, extra=[name_constraints([dns("other.test")])])
case("constrained_twin_of_intermediate", "One certificate of the CA may not speak for the name.",
     "ok", [SERVER, NARROW_ONE, ONE], trust=[ROOT])
CLIENT_ONE = authority("One", ROOT, extra=[purposes(CLIENT)])
case("twin_of_intermediate_for_clients", "One certificate of the CA is for clients.", "ok",
     [SERVER, CLIENT_ONE, ONE], trust=[ROOT])
case("revoked_twin_of_intermediate", "One certificate of the CA is revoked.", "ok",
     [SERVER, ONE_NO_ID, ONE], trust=[ROOT], lists=[revocation_list(ROOT, [ONE_NO_ID])])
NAMESAKES = [authority("One", authority("One", key_name=f"p256 {i}", ids=False),
                       key_name=f"p256 {i}", ids=False) for i in range(14)]
case("fourteen_namesakes_first", "Fourteen others look like its issuer, and like each other's.",
     "ok", [leaf(ONE_NO_ID, ids=False), *NAMESAKES, ONE_NO_ID], trust=[ROOT])
case("namesakes_only", "There is no way out of them.", "unknown_issuer",
     [leaf(ONE_NO_ID, ids=False), *NAMESAKES], trust=[ROOT])
LOOP_A = authority("Loop A", authority("Loop B"))
LOOP_B = authority("Loop B", authority("Loop A"))
case("issuers_in_a_circle", "Two CAs that issued each other lead nowhere.", "unknown_issuer",
     [leaf(LOOP_A), LOOP_A, LOOP_B], trust=[ROOT])

# --- Names and keys of issuers ---

case("issuer_name_differs", "Signed by the CA, and names another as its issuer.",
     "unknown_issuer", [leaf(ONE, issuer_name=distinguished("Two")), ONE], trust=[ROOT])
case("issuer_name_in_other_case", "Names of issuers are compared byte for byte.",
     "unknown_issuer", [leaf(ONE, issuer_name=distinguished("ONE")), ONE], trust=[ROOT])
case("key_id_differs", "It names another key of its issuer.", "unknown_issuer",
     [leaf(ONE, ids=False, extra=[authority_key_id(b"\x01" * 20)]), ONE], trust=[ROOT])
case("key_id_missing", "Key identifiers are a help, no must.", "ok",
     [leaf(ONE, ids=False), ONE], trust=[ROOT])
DEEP_NAME = authority("C=XX, O=Example, OU=Unit, CN=Long")
case("long_name", "A name of several parts.", "ok", [leaf(DEEP_NAME)], trust=[DEEP_NAME])

# --- The other way round: a client shows its certificate to a server ---

CLIENT = client(ONE)
client_case("client_plain", "A client's certificate, by the root.", "ok",
            [client(ROOT)], trust=[ROOT])
client_case("client_one_intermediate", "A client's, by an intermediate.", "ok",
            [CLIENT, ONE], trust=[ROOT])
client_case("client_wrong_order", "A client's, in another order.", "ok",
            [client(TWO), ONE, TWO], trust=[ROOT])
client_case("client_missing_intermediate", "Nobody knows who issued the client's.",
            "unknown_issuer", [CLIENT], trust=[ROOT])
client_case("client_missing_intermediate_known", "The server has the missing CA.", "ok",
            [CLIENT], trust=[ROOT], intermediates=[ONE])
client_case("client_unknown_root", "The server trusts another root.", "unknown_issuer",
            [CLIENT, ONE], trust=[OTHER_ROOT])
client_case("client_self_signed", "A client that vouches for itself.", "unknown_issuer",
            [client(None)], trust=[ROOT])
SELF_SIGNED_CLIENT = client(None)
client_case("client_self_signed_trusted", "A client whose certificate is trusted itself.", "ok",
            [SELF_SIGNED_CLIENT], trust=[SELF_SIGNED_CLIENT])
