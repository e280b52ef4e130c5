"""Dates: of every certificate of the way, the trusted one too, to the second."""

from authority import *
from bundle import begin_theme, case, client_case

begin_theme(__doc__)

ROOT = authority("Root")
ONE = authority("One", ROOT)
SERVER = leaf(ONE)

case("leaf_expired", "The leaf's notAfter has passed.", "expired",
     [leaf(ONE, end=PAST), ONE], trust=[ROOT])
case("leaf_not_yet_valid", "The leaf's notBefore is to come.", "not_yet_valid",
     [leaf(ONE, begin=FUTURE), ONE], trust=[ROOT])
ONE_EXPIRED, ONE_FUTURE = authority("One", ROOT, end=PAST), authority("One", ROOT, begin=FUTURE)
case("intermediate_expired", "The CA's notAfter has passed.", "expired",
     [SERVER, ONE_EXPIRED], trust=[ROOT])
case("intermediate_not_yet_valid", "The CA's notBefore is to come.", "not_yet_valid",
     [SERVER, ONE_FUTURE], trust=[ROOT])
case("root_expired", "A root's dates count too.", "expired",
     [SERVER, ONE], trust=[authority("Root", end=PAST)])
case("root_not_yet_valid", "And before its time.", "not_yet_valid",
     [SERVER, ONE], trust=[authority("Root", begin=FUTURE)])
EXPIRED_SELF = leaf(None, end=PAST)
case("trusted_leaf_expired", "To be trusted itself does not stop the clock.", "expired",
     [EXPIRED_SELF], trust=[EXPIRED_SELF])
case("trusted_intermediate_expired", "Nor for a trusted CA.", "expired",
     [SERVER], trust=[ONE_EXPIRED])
case("expired_and_not_yet_valid", "Of the two, expired weighs more.", "expired",
     [leaf(ONE, begin=FUTURE), ONE_EXPIRED], trust=[ROOT])
case("dates_reversed", "Over before it began.", "expired",
     [leaf(ONE, begin=FUTURE, end=PAST), ONE], trust=[ROOT])
client_case("client_expired", "A client's certificate that has expired.", "expired",
            [client(ONE, end=PAST), ONE], trust=[ROOT])
client_case("client_not_yet_valid", "A client's before its time.", "not_yet_valid",
            [client(ONE, begin=FUTURE), ONE], trust=[ROOT])

# OpenSSL does not count the second of notAfter itself; RFC 5280 does. OpenSSL is followed.
DAY = leaf(ONE, begin="20300601000000Z", end="20300602000000Z")
case("second_before_first", "A second before notBefore.", "not_yet_valid",
     [DAY, ONE], trust=[ROOT], at="20300531235959Z")
case("first_second", "The second of notBefore.", "ok", [DAY, ONE], trust=[ROOT],
     at="20300601000000Z")
case("second_before_last", "A second before notAfter.", "ok", [DAY, ONE], trust=[ROOT],
     at="20300601235959Z")
case("last_second", "The second of notAfter.", "expired", [DAY, ONE], trust=[ROOT],
     at="20300602000000Z")
SHORT_ONE = authority("One", ROOT, begin="20300601000000Z", end="20300602000000Z")
case("last_second_of_intermediate", "The second of a CA's notAfter.", "expired",
     [SERVER, SHORT_ONE], trust=[ROOT], at="20300602000000Z")
SHORT_ROOT = authority("Root", begin="20300601000000Z", end="20300602000000Z")
case("first_second_of_root", "The second of a root's notBefore.", "ok",
     [SERVER, ONE], trust=[SHORT_ROOT], at="20300601000000Z")
case("second_before_first_of_root", "A second before a root's notBefore.", "not_yet_valid",
     [SERVER, ONE], trust=[SHORT_ROOT], at="20300531235959Z")

# RFC 5280 section 4.1.2.5: two digits for the year up to 2049, four from 2050.
LONG = authority("Long", end="20991231235959Z")
case("beyond_2050", "A year of four digits.", "ok",
     [leaf(LONG, end="20991231235959Z")], trust=[LONG], at="20800101000000Z")
case("beyond_2050_expired", "And past it.", "expired",
     [leaf(LONG, end="20790101000000Z")], trust=[LONG], at="20800101000000Z")
ENDLESS = authority("Endless", end="99991231235959Z")
case("no_end", "The year 9999 stands for no end (RFC 5280 section 4.1.2.5).", "ok",
     [leaf(ENDLESS, end="99991231235959Z")], trust=[ENDLESS])
OLD = authority("Old", begin="19500101000000Z")
case("from_1950", "The oldest year of two digits.", "ok",
     [leaf(OLD, begin="19700101000000Z")], trust=[OLD])
