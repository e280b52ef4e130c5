"""Name constraints (RFC 5280 section 4.2.1.10): for whom a CA may speak."""

from typing import Sequence

from authority import *
from bundle import begin_theme, case, client_case

begin_theme(__doc__)

ROOT = authority("Root")


def under(*names: bytes, permitted: Sequence[bytes] = (), excluded: Sequence[bytes] = (),
          critical: bool = True, subject: str = "server") -> list:
    """A leaf of `names`, and the constrained CA."""
    one = authority("One", ROOT, extra=[name_constraints(permitted, excluded, critical)])
    return [leaf(one, subject=subject, names=alternative_names(*names) if names else b""), one]


SERVER_NAME = dns("server.test")
case("dns_permitted", "The very name.", "ok",
     under(SERVER_NAME, permitted=[SERVER_NAME]), trust=[ROOT])
case("dns_permitted_parent", "A name below a permitted one.", "ok",
     under(SERVER_NAME, permitted=[dns("test")]), trust=[ROOT])
case("dns_permitted_other_case", "Case does not matter.", "ok",
     under(SERVER_NAME, permitted=[dns("Server.TEST")]), trust=[ROOT])
case("dns_not_permitted", "Another name is permitted.", "name_constraint",
     under(SERVER_NAME, permitted=[dns("other.test")]), trust=[ROOT])
case("dns_not_permitted_suffix", "A suffix is no parent: ver.test and server.test.",
     "name_constraint", under(SERVER_NAME, permitted=[dns("ver.test")]), trust=[ROOT])
case("dns_not_permitted_longer", "A name above the permitted one.", "name_constraint",
     under(SERVER_NAME, permitted=[dns("a.server.test")]), trust=[ROOT])
case("dns_one_of_several_not_permitted", "Each name must be permitted, also one not asked for.",
     "name_constraint",
     under(SERVER_NAME, dns("other.example"), permitted=[dns("test")]), trust=[ROOT])
case("dns_one_of_several_permitted", "One of several permitted ones is enough.", "ok",
     under(SERVER_NAME, permitted=[dns("example"), dns("test")]), trust=[ROOT])
case("dns_permitted_not_critical", "Obeyed if not critical.", "name_constraint",
     under(SERVER_NAME, permitted=[dns("other.test")], critical=False), trust=[ROOT])
case("dns_leading_dot", "A dot in front: everything below, as both libraries have it.", "ok",
     under(SERVER_NAME, permitted=[dns(".test")]), trust=[ROOT])
case("dns_leading_dot_itself", "And not the name itself.", "name_constraint",
     under(SERVER_NAME, permitted=[dns(".server.test")]), trust=[ROOT])
case("dns_empty_permitted", "The empty name permits every name.", "ok",
     under(SERVER_NAME, permitted=[dns("")]), trust=[ROOT])
case("dns_empty_excluded", "The empty name excludes every name.", "name_constraint",
     under(SERVER_NAME, excluded=[dns("")]), trust=[ROOT])
case("dns_excluded", "The very name is excluded.", "name_constraint",
     under(SERVER_NAME, excluded=[SERVER_NAME]), trust=[ROOT])
case("dns_excluded_parent", "So is what is below an excluded one.", "name_constraint",
     under(SERVER_NAME, excluded=[dns("test")]), trust=[ROOT])
case("dns_excluded_behind_a_dot", "A dot at its end does not hide a name.", "name_constraint",
     under(dns("server.test."), excluded=[SERVER_NAME]), trust=[ROOT])
case("dns_excluded_base_with_a_dot", "Nor one at the end of what is excluded.", "name_constraint",
     under(SERVER_NAME, excluded=[dns("server.test.")]), trust=[ROOT])
case("dns_excluded_other", "Another is excluded.", "ok",
     under(SERVER_NAME, excluded=[dns("other.test")]), trust=[ROOT])
case("dns_permitted_and_excluded", "Excluded wins.", "name_constraint",
     under(SERVER_NAME, permitted=[dns("test")], excluded=[SERVER_NAME]), trust=[ROOT])
case("dns_wildcard_permitted", "A wildcard below the permitted name.", "ok",
     under(dns("*.wild.test"), permitted=[dns("wild.test")]), trust=[ROOT], asked="a.wild.test")
case("dns_wildcard_not_permitted", "A wildcard beside it.", "name_constraint",
     under(dns("*.wild.test"), permitted=[dns("other.test")]), trust=[ROOT], asked="a.wild.test")
case("ip_only_constraint_leaves_dns_alone", "Constraints of one kind do not touch the others.",
     "ok", under(SERVER_NAME, permitted=[ip("10.0.0.0/8")]), trust=[ROOT])
case("constraint_graver_than_name", "The name is wrong as well; the constraint weighs more.",
     "name_constraint", under(SERVER_NAME, permitted=[dns("other.test")]), trust=[ROOT],
     asked="third.test")

# --- Common names: nobody matches them here, and others still do ---

case("common_name_not_permitted", "A common name like a host's counts if there is no dNSName.",
     "name_constraint", under(permitted=[dns("other.test")], subject="server.test"), trust=[ROOT])
case("common_name_excluded_beside_dns", "It does not count beside a dNSName.", "ok",
     under(SERVER_NAME, excluded=[dns("other.test")], subject="other.test"), trust=[ROOT])
case("common_name_no_host", "A common name unlike a host's counts for nothing.", "wrong_name",
     under(permitted=[dns("other.test")], subject="A Server"), trust=[ROOT])

# --- Addresses ---

V4, V6 = ip("10.1.2.3"), ip("2001:db8::1")
case("ip4_permitted", "Within the network.", "ok",
     under(V4, permitted=[ip("10.0.0.0/8")]), trust=[ROOT], asked="10.1.2.3")
case("ip4_not_permitted", "Outside of it.", "name_constraint",
     under(V4, permitted=[ip("192.168.0.0/16")]), trust=[ROOT], asked="10.1.2.3")
case("ip4_excluded", "Within an excluded network.", "name_constraint",
     under(V4, excluded=[ip("10.1.0.0/16")]), trust=[ROOT], asked="10.1.2.3")
case("ip4_excluded_other", "Outside of it.", "ok",
     under(V4, excluded=[ip("10.2.0.0/16")]), trust=[ROOT], asked="10.1.2.3")
case("ip4_odd_mask", "A mask that ends within a byte.", "name_constraint",
     under(V4, permitted=[ip("10.1.2.4/30")]), trust=[ROOT], asked="10.1.2.3")
case("ip4_all_excluded", "No IPv4 address at all.", "name_constraint",
     under(V4, excluded=[ip("0.0.0.0/0")]), trust=[ROOT], asked="10.1.2.3")
case("ip6_permitted", "Within the network.", "ok",
     under(V6, permitted=[ip("2001:db8::/32")]), trust=[ROOT], asked="2001:db8::1")
case("ip6_not_permitted", "Outside of it.", "name_constraint",
     under(V6, permitted=[ip("fe80::/10")]), trust=[ROOT], asked="2001:db8::1")
case("ip6_excluded", "Within an excluded network.", "name_constraint",
     under(V6, excluded=[ip("2001:db8::/32")]), trust=[ROOT], asked="2001:db8::1")
case("ip6_where_ip4_permitted", "An IPv4 network permits no IPv6 address.", "name_constraint",
     under(V6, permitted=[ip("0.0.0.0/0")]), trust=[ROOT], asked="2001:db8::1")

# --- Other kinds of names ---

case("email_permitted_host", "A mailbox of the permitted host.", "ok",
     under(SERVER_NAME, email("a@mail.test"), permitted=[email("mail.test")]), trust=[ROOT])
case("email_not_permitted_host", "A mailbox of another host.", "name_constraint",
     under(SERVER_NAME, email("a@other.test"), permitted=[email("mail.test")]), trust=[ROOT])
case("email_permitted_below", "A dot in front: every host below.", "ok",
     under(SERVER_NAME, email("a@b.mail.test"), permitted=[email(".mail.test")]), trust=[ROOT])
case("email_host_is_no_domain", "A host stands for itself alone.", "name_constraint",
     under(SERVER_NAME, email("a@b.mail.test"), permitted=[email("mail.test")]), trust=[ROOT])
case("email_excluded_box", "One mailbox is excluded.", "name_constraint",
     under(SERVER_NAME, email("a@mail.test"), excluded=[email("a@mail.test")]), trust=[ROOT])
case("email_excluded_other_box", "Another mailbox is.", "ok",
     under(SERVER_NAME, email("b@mail.test"), excluded=[email("a@mail.test")]), trust=[ROOT])
case("uri_permitted", "A URI of the permitted host.", "ok",
     under(SERVER_NAME, uri("https://server.test/x"), permitted=[uri("server.test")]),
     trust=[ROOT])
case("uri_not_permitted", "A URI of another host.", "name_constraint",
     under(SERVER_NAME, uri("https://other.test/x"), permitted=[uri("server.test")]),
     trust=[ROOT])
case("uri_excluded_below", "A URI of a host below an excluded one.", "name_constraint",
     under(SERVER_NAME, uri("https://a.bad.test"), excluded=[uri(".bad.test")]), trust=[ROOT])
case("uri_excluded_other", "Another host is excluded.", "ok",
     under(SERVER_NAME, uri("https://server.test"), excluded=[uri(".bad.test")]), trust=[ROOT])
case("uri_excluded_and_none", "A host is excluded, and there is no URI.", "ok",
     under(SERVER_NAME, excluded=[uri("bad.test")]), trust=[ROOT])
case("email_excluded_and_none", "A host is excluded, and there is no mailbox.", "ok",
     under(SERVER_NAME, excluded=[email("bad.test")]), trust=[ROOT])
EXAMPLE = directory("O=Example")
case("directory_permitted", "The subject is below the permitted name.", "ok",
     under(SERVER_NAME, permitted=[EXAMPLE], subject="O=Example, CN=server"), trust=[ROOT])
case("directory_not_permitted", "The subject is elsewhere.", "name_constraint",
     under(SERVER_NAME, permitted=[EXAMPLE], subject="O=Other, CN=server"), trust=[ROOT])
case("directory_permitted_other_string", "Kind of string, case and spaces do not matter.", "ok",
     under(SERVER_NAME, permitted=[directory("O=EXAMPLE", asn1.printable)],
           subject="O=Example, CN=server"), trust=[ROOT])
case("directory_excluded", "The subject is below an excluded name.", "name_constraint",
     under(SERVER_NAME, excluded=[EXAMPLE], subject="O=Example, CN=server"), trust=[ROOT])
case("directory_excluded_other", "Another name is excluded.", "ok",
     under(SERVER_NAME, excluded=[EXAMPLE], subject="O=Other, CN=server"), trust=[ROOT])
case("directory_name_in_alternatives", "A directoryName of the alternative names counts as well.",
     "name_constraint",
     under(SERVER_NAME, directory("O=Other"), permitted=[EXAMPLE],
           subject="O=Example, CN=server"), trust=[ROOT])
REGISTERED = asn1.text_field(8, b"\x2a\x03\x04")
case("kind_nobody_compares", "A constraint of a kind that nobody compares, and such a name.",
     "name_constraint", under(SERVER_NAME, REGISTERED, permitted=[REGISTERED]), trust=[ROOT])
OTHER_KIND = asn1.field(0, asn1.oid("1.3.6.1.4.1.311.20.2.3"), asn1.field(0, asn1.utf8("@test")))
case("other_kind_absent", "A user principal name is permitted, and there is none.", "ok",
     under(SERVER_NAME, permitted=[OTHER_KIND]), trust=[ROOT])
case("kind_nobody_compares_absent", "The same, and no such name.", "ok",
     under(SERVER_NAME, permitted=[REGISTERED]), trust=[ROOT])

# --- Where they stand ---

CONSTRAINED_ROOT = authority("Root", extra=[name_constraints([dns("other.test")])])
PLAIN_ONE = authority("One", ROOT)
case("root_constraint", "A root's own constraints hold.", "name_constraint",
     [leaf(ROOT)], trust=[CONSTRAINED_ROOT])
case("root_constraint_two_below", "For everything below.", "name_constraint",
     [leaf(PLAIN_ONE), PLAIN_ONE], trust=[CONSTRAINED_ROOT])
TEST_ONE = authority("One", ROOT, extra=[name_constraints([dns("test")])])
NARROW_TWO = authority("Two", TEST_ONE, extra=[name_constraints([SERVER_NAME])])
WIDE_TWO = authority("Two", TEST_ONE, extra=[name_constraints([dns("example")])])
case("constraints_on_two_levels", "Both permit it.", "ok",
     [leaf(NARROW_TWO), NARROW_TWO, TEST_ONE], trust=[ROOT])
case("constraints_cannot_be_widened", "The upper CA does not permit what the lower one does.",
     "name_constraint",
     [leaf(WIDE_TWO, names=alternative_names(dns("a.example"))), WIDE_TWO, TEST_ONE],
     trust=[ROOT], asked="a.example")
case("constraints_are_met_together", "Each level must permit it.", "name_constraint",
     [leaf(WIDE_TWO), WIDE_TWO, TEST_ONE], trust=[ROOT])
NAMED_CA = authority("O=Other, CN=Two",
                     authority("One", ROOT, extra=[name_constraints([EXAMPLE])]))
ONE_FOR_EXAMPLE = authority("One", ROOT, extra=[name_constraints([EXAMPLE])])
case("constraint_on_intermediate_name", "A CA below a constrained one has a name as well.",
     "name_constraint",
     [leaf(NAMED_CA, subject="O=Example, CN=server"), NAMED_CA, ONE_FOR_EXAMPLE], trust=[ROOT])
RENEWED_KEY = "p256 renewed"
SELF_ISSUED = certificate(
    "One", ONE_FOR_EXAMPLE, key_name=RENEWED_KEY,
    extensions=[basic_constraints(True), key_usage("keyCertSign"),
                *identifiers(RENEWED_KEY, ONE_FOR_EXAMPLE)])
case("self_issued_is_not_constrained", "A CA's own new key is not measured by its constraints.",
     "ok", [leaf(SELF_ISSUED, subject="O=Example, CN=server"), SELF_ISSUED, ONE_FOR_EXAMPLE],
     trust=[ROOT])
ONE_OF_LENGTH_0 = authority("One", ROOT, path_length=0,
                            extra=[name_constraints([dns("server.test")])])
NEW_OF_LENGTH_0 = certificate(
    "One", ONE_OF_LENGTH_0, key_name=RENEWED_KEY,
    extensions=[basic_constraints(True), key_usage("keyCertSign"),
                *identifiers(RENEWED_KEY, ONE_OF_LENGTH_0)])
case("self_issued_is_not_counted_below_constraints",
     "A CA's new key below a path length of 0 that stands beside constraints.", "ok",
     [leaf(NEW_OF_LENGTH_0), NEW_OF_LENGTH_0, ONE_OF_LENGTH_0], trust=[ROOT])

# --- Clients ---

CLIENT_ONE = authority("One", ROOT, extra=[name_constraints([EXAMPLE], [email("evil.test")])])
client_case("client_directory_permitted", "A client within the permitted name.", "ok",
            [client(CLIENT_ONE, subject="O=Example, CN=client"), CLIENT_ONE], trust=[ROOT])
client_case("client_directory_not_permitted", "A client outside of it.", "name_constraint",
            [client(CLIENT_ONE, subject="O=Other, CN=client"), CLIENT_ONE], trust=[ROOT])
DNS_ONE = authority("One", ROOT, extra=[name_constraints([dns("other.test")])])
client_case("client_common_name_no_host", "A client whose CA may speak for some hosts only.", "ok",
            [client(DNS_ONE), DNS_ONE], trust=[ROOT])
client_case("client_common_name_no_host_no_purpose", "Likewise, for every purpose.", "ok",
            [client(DNS_ONE, purpose=b""), DNS_ONE], trust=[ROOT])
client_case("client_email_excluded", "A client with an excluded mailbox.", "name_constraint",
            [client(CLIENT_ONE, subject="O=Example, CN=client",
                    names=alternative_names(email("a@evil.test"))), CLIENT_ONE], trust=[ROOT])
