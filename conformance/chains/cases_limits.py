"""What a program asks in addition: pins, and how long a chain may be."""

from authority import *
from bundle import begin_theme, case, certificate_pin, client_case, key_pin

begin_theme(__doc__)

ROOT = authority("Root")
OTHER_ROOT = authority("Other Root")
ONE = authority("One", ROOT)
SERVER = leaf(ONE)
STRANGER = authority("Stranger", OTHER_ROOT)
SENT = [SERVER, ONE]

# --- RequirePin(): one certificate of the way must have one of the pins ---


def pin_case(name: str, about: str, expect: str, *pins, sent: list = SENT, **rest) -> None:
    case(name, about, expect, sent, trust=[ROOT], pins=pins, **rest)


pin_case("pin_leaf_key", "The leaf's key is pinned.", "ok", key_pin(SERVER))
pin_case("pin_ca_key", "The CA's key is.", "ok", key_pin(ONE))
pin_case("pin_root_key", "The root's key is, which is not sent.", "ok", key_pin(ROOT))
pin_case("pin_leaf_certificate", "The leaf itself is.", "ok", certificate_pin(SERVER))
pin_case("pin_ca_certificate", "The CA's certificate is.", "ok", certificate_pin(ONE))
pin_case("pin_root_certificate", "The root is.", "ok", certificate_pin(ROOT))
pin_case("pin_renewed_leaf_key", "A new certificate of a pinned key.", "ok",
         key_pin(SERVER), sent=[leaf(ONE), ONE])
pin_case("pin_renewed_leaf_certificate", "A new certificate is not the pinned one.",
         "not_pinned", certificate_pin(SERVER), sent=[leaf(ONE), ONE])
pin_case("pin_of_another", "Another is pinned.", "not_pinned", key_pin(STRANGER))
pin_case("pin_and_spare", "A spare pin does no harm.", "ok", key_pin(STRANGER), key_pin(SERVER))
pin_case("pins_of_others", "None of several.", "not_pinned",
         key_pin(STRANGER), certificate_pin(OTHER_ROOT))
pin_case("pin_of_unrelated_sent", "What is sent beside the way counts for nothing.",
         "not_pinned", key_pin(STRANGER), sent=[SERVER, ONE, STRANGER])
pin_case("pin_of_other_kind", "A key's pin is not a certificate's.", "not_pinned",
         ("certificate", SERVER.key_fingerprint))
pin_case("pin_is_not_trust", "A pin does not make up for a missing root.", "unknown_issuer",
         key_pin(STRANGER), sent=[leaf(STRANGER), STRANGER])
pin_case("pin_is_no_name", "Nor for a wrong name.", "wrong_name", key_pin(SERVER),
         asked="other.test")
pin_case("pin_and_expired", "Nor for a date.", "expired", key_pin(SERVER),
         sent=[leaf(ONE, end=PAST), ONE])
pin_case("client_pin", "A client's key is pinned.", "ok", key_pin(SERVER),
         sent=[client(ONE), ONE], asked=None)
pin_case("client_pin_of_another", "A client's is not.", "not_pinned", key_pin(STRANGER),
         sent=[client(ONE), ONE], asked=None)

# --- Trust::FromPins(): the pin says who it is, and nothing else is looked at ---


def pinned_case(name: str, about: str, expect: str, *pins, sent: list = SENT, **rest) -> None:
    case(name, about, expect, sent, trust=[], trusts_pins=True, pins=pins, **rest)


SELF_SIGNED = leaf(None)
pinned_case("only_pin_leaf_key", "The leaf has the key.", "ok", key_pin(SERVER))
pinned_case("only_pin_leaf_certificate", "The leaf is the certificate.", "ok",
            certificate_pin(SERVER))
pinned_case("only_pin_self_signed", "Nobody else vouches for it.", "ok", key_pin(SELF_SIGNED),
            sent=[SELF_SIGNED])
pinned_case("only_pin_other_name", "The name is not looked at.", "ok", key_pin(SERVER),
            asked="other.test")
pinned_case("only_pin_expired", "Nor the dates.", "ok", key_pin(SERVER),
            sent=[leaf(ONE, end=PAST)])
pinned_case("only_pin_of_ca", "An issuer's pin is not the leaf's.", "not_pinned", key_pin(ONE))
pinned_case("only_pin_of_another", "Another key.", "not_pinned", key_pin(STRANGER))
pinned_case("only_pin_and_spare", "One of several.", "ok", key_pin(STRANGER), key_pin(SERVER))
pinned_case("only_pin_client", "A client has the key.", "ok", key_pin(SERVER),
            sent=[client(ONE)], asked=None)
pinned_case("only_pin_client_of_another", "A client has another.", "not_pinned",
            key_pin(STRANGER), sent=[client(ONE)], asked=None)

# --- MaxIntermediates() and Trust::kMaxSent ---

LADDER = [authority("Rung 1", ROOT)]  # Each rung is issued by the one before it.
while len(LADDER) < 15:
    LADDER.append(authority(f"Rung {len(LADDER) + 1}", LADDER[-1]))


def climb(count: int) -> list:
    """A leaf and `count` intermediates above it."""
    rungs = LADDER[:count]
    return [leaf(rungs[-1] if rungs else ROOT), *reversed(rungs)]


def depth_case(name: str, about: str, expect: str, count: int, **rest) -> None:
    case(name, about, expect, climb(count), trust=[ROOT], **rest)


depth_case("no_intermediates_allowed", "The root itself has issued it.", "ok", 0,
           max_intermediates=0)
depth_case("one_where_none_allowed", "One more.", "too_deep", 1, max_intermediates=0)
depth_case("two_where_two_allowed", "Exactly as many.", "ok", 2, max_intermediates=2)
depth_case("three_where_two_allowed", "One more.", "too_deep", 3, max_intermediates=2)
depth_case("eight_by_default", "As many as the default allows.", "ok", 8)
depth_case("nine_by_default", "One more.", "too_deep", 9)
depth_case("ten_where_ten_allowed", "More than the default, and allowed.", "ok", 10,
           max_intermediates=10)
depth_case("fourteen_where_fourteen_allowed", "The longest way that is looked for: 16 in all.",
           "ok", 14, max_intermediates=14)
depth_case("fifteen_where_fourteen_allowed", "One more.", "too_deep", 15, max_intermediates=14)
case("unneeded_do_not_count", "What is sent and not needed does not make it longer.", "ok",
     [leaf(ROOT), *reversed(LADDER[:9])], trust=[ROOT], max_intermediates=0)
THREE_UP = climb(3)
case("trusted_leaf_is_not_deep", "A leaf that is trusted itself has nothing above it.", "ok",
     THREE_UP, trust=THREE_UP[:1], max_intermediates=0)
case("trusted_middle_shortens", "It counts up to what is trusted.", "ok",
     climb(3), trust=[LADDER[1]], max_intermediates=1)
case("deep_and_expired", "Depth weighs more than dates.", "too_deep",
     [leaf(LADDER[2], end=PAST), *reversed(LADDER[:3])], trust=[ROOT], max_intermediates=2)
STRANGERS = [authority(f"Stranger {i}", OTHER_ROOT) for i in range(16)]
case("sixteen_sent", "As many as are looked at.", "ok",
     [SERVER, *STRANGERS[:14], ONE], trust=[ROOT])
case("seventeen_sent", "One more.", "too_deep", [SERVER, *STRANGERS[:15], ONE], trust=[ROOT])
client_case("client_seventeen_sent", "Also by a client.", "too_deep",
            [client(ONE), *STRANGERS[:15], ONE], trust=[ROOT])
client_case("client_too_deep", "One more than allowed.", "too_deep",
            [client(LADDER[1]), LADDER[1], LADDER[0]], trust=[ROOT], max_intermediates=1)
client_case("client_deep_enough", "As many as allowed.", "ok",
            [client(LADDER[1]), LADDER[1], LADDER[0]], trust=[ROOT], max_intermediates=2)
