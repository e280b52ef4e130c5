"""Whether a certificate is for the name that was asked for (RFC 9525)."""

from typing import Union

from authority import *
from bundle import begin_theme, case

begin_theme(__doc__)

ROOT = authority("Root")


def named(*names: Union[str, bytes], subject: str = "server") -> list:
    written = [dns(name) if isinstance(name, str) else name for name in names]
    return [leaf(ROOT, subject=subject, names=alternative_names(*written) if names else b"")]


def name_case(name: str, about: str, expect: str, sent: list, asked: str = "server.test") -> None:
    case(name, about, expect, sent, trust=[ROOT], asked=asked)


name_case("other_name", "It is for another name.", "wrong_name", named("other.test"))
name_case("name_among_others", "One of several names is enough.", "ok",
          named("a.test", ip("10.0.0.1"), "server.test", "b.test"))
name_case("parent_is_not_child", "test is not server.test.", "wrong_name", named("test"))
name_case("child_is_not_parent", "A name below it is another.", "wrong_name",
          named("a.server.test"))
name_case("name_in_upper_case", "Case does not matter in the certificate.", "ok",
          named("SERVER.Test"))
name_case("asked_in_upper_case", "Nor in what was asked for.", "ok", named("server.test"),
          asked="SERVER.TEST")
name_case("asked_with_trailing_dot", "A dot at the end of what was asked for is dropped.", "ok",
          named("server.test"), asked="server.test.")
name_case("name_with_trailing_dot", "One in the certificate is no part of a dNSName (RFC 5280).",
          "wrong_name", named("server.test."))
name_case("name_with_leading_dot", "A dot in front is no wildcard.", "wrong_name",
          named(".server.test"))
name_case("underscore", "Underscores are let pass.", "ok", named("a_b.server.test"),
          asked="a_b.server.test")
name_case("no_names", "Without alternative names it is for nobody.", "wrong_name", named())
name_case("common_name", "A common name is no name of a server (RFC 9525 section 2).",
          "wrong_name", named(subject="server.test"))
name_case("common_name_beside_other", "Nor beside other names.", "wrong_name",
          named("other.test", subject="server.test"))
name_case("email_is_no_name", "A mailbox is not.", "wrong_name", named(email("server.test")))
name_case("uri_is_no_name", "A URI is not.", "wrong_name", named(uri("https://server.test")))
name_case("name_with_nul", "What is behind a zero byte is not cut off.", "wrong_name",
          named(dns(b"server.test\0.evil.test")))
name_case("name_with_nul_at_the_end", "Nor is the zero byte.", "wrong_name",
          named(dns(b"server.test\0")))
name_case("name_with_space", "Spaces are not cut off.", "wrong_name", named("server.test "))
name_case("name_of_utf8", "What is not ASCII is no name.", "wrong_name",
          named(dns("b\u00fccher.test".encode())), asked="xn--bcher-kva.test")

# --- Wildcards: "*" for exactly one whole left-most label ---

name_case("wildcard", "It stands for one label.", "ok", named("*.wild.test"), "a.wild.test")
name_case("wildcard_parent", "Not for none.", "wrong_name", named("*.wild.test"), "wild.test")
name_case("wildcard_two_labels", "Not for two.", "wrong_name", named("*.wild.test"),
          "a.b.wild.test")
name_case("wildcard_in_upper_case", "Case does not matter.", "ok", named("*.WILD.test"),
          "a.wild.test")
name_case("wildcard_part_of_label", "Not for a part of a label.", "wrong_name",
          named("w*.wild.test"), "w1.wild.test")
name_case("wildcard_end_of_label", "Nor for its beginning.", "wrong_name",
          named("*1.wild.test"), "w1.wild.test")
name_case("wildcard_in_the_middle", "Not in the middle.", "wrong_name", named("a.*.test"),
          "a.wild.test")
name_case("wildcard_twice", "Not twice.", "wrong_name", named("*.*.test"), "a.wild.test")
name_case("wildcard_of_top_level", "Two labels must follow it.", "wrong_name", named("*.test"),
          "server.test")
name_case("wildcard_alone", "Alone it is nothing.", "wrong_name", named("*"))
name_case("wildcard_for_a_label", "A host of a public label: one label.", "wrong_name",
          named("*"), "localhost")
name_case("wildcard_and_a_label", "It stands for an A-label too.", "ok", named("*.wild.test"),
          "xn--bcher-kva.wild.test")
name_case("wildcard_in_a_label", "Not for a part of an A-label.", "wrong_name",
          named("xn--*.wild.test"), "xn--bcher-kva.wild.test")
name_case("wildcard_and_underscore", "It stands for a label with an underscore.", "ok",
          named("*.wild.test"), "a_b.wild.test")
name_case("wildcard_trailing_dot", "Nor is one behind a wildcard.", "wrong_name",
          named("*.wild.test."), "a.wild.test")

# --- International names: A-labels on both sides ---

name_case("a_label", "The A-label as asked for.", "ok", named("xn--bcher-kva.test"),
          "xn--bcher-kva.test")
name_case("a_label_in_upper_case", "Case does not matter.", "ok", named("XN--Bcher-KVA.test"),
          "xn--bcher-kva.test")
name_case("a_label_other", "Another A-label.", "wrong_name", named("xn--bcher-kva.test"),
          "xn--bucher-kva.test")

# --- Addresses ---

name_case("ip4", "The address.", "ok", named(ip("10.1.2.3")), "10.1.2.3")
name_case("ip4_other", "Another one.", "wrong_name", named(ip("10.1.2.4")), "10.1.2.3")
name_case("ip6", "The address.", "ok", named(ip("2001:db8::1")), "2001:db8::1")
name_case("ip6_written_otherwise", "Written in another way.", "ok", named(ip("2001:db8::1")),
          "2001:0DB8:0:0:0:0:0:1")
name_case("ip6_other", "Another one.", "wrong_name", named(ip("2001:db8::2")), "2001:db8::1")
name_case("ip4_in_dns", "An address in a dNSName is no address.", "wrong_name",
          named("10.1.2.3"), "10.1.2.3")
name_case("ip4_in_common_name", "Nor in a common name.", "wrong_name",
          named(subject="10.1.2.3"), "10.1.2.3")
name_case("ip4_in_wildcard", "No wildcard matches an address.", "wrong_name",
          named("*.1.2.3"), "10.1.2.3")
name_case("ip4_mapped", "An IPv4 address within IPv6 is another.", "wrong_name",
          named(ip("::ffff:10.1.2.3")), "10.1.2.3")
name_case("ip_for_name", "An address proves no name.", "wrong_name", named(ip("10.1.2.3")))
name_case("ip_of_odd_length", "An address of 5 bytes is none.", "wrong_name",
          named(asn1.text_field(7, b"\x0a\x01\x02\x03\x00")), "10.1.2.3")
name_case("ip_as_text", "Nor is one of its letters.", "wrong_name",
          named(asn1.text_field(7, b"10.1.2.3")), "10.1.2.3")
