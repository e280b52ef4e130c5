"""The form of certificates: what breaks it, and what is only unusual."""

import dataclasses

from authority import *
from bundle import begin_theme, case

begin_theme(__doc__)

ROOT = authority("Root")
ONE = authority("One", ROOT)


def edited(old: bytes, new: bytes):
    """Changes what is signed; the lengths around it are mended."""
    def edit(tbs: bytes) -> bytes:
        assert tbs.count(old) == 1, "not there, or not once"
        return _replace(tbs, old, new)
    return edit


def _replace(der: bytes, old: bytes, new: bytes) -> bytes:
    if old not in der:
        return der
    if der == old:
        return new
    return asn1.element(der[0], *[_replace(part, old, new) for part in asn1.parts(der)])


def broken(name: str, about: str, certificate_: Certificate) -> None:
    case(name, about, "malformed", [certificate_, ONE], trust=[ROOT], shown=False)


PLAIN = leaf(ONE)
SAN = alternative_names(dns("server.test"))
NAMES = asn1.sequence(dns("server.test"))
WORDY = NAMES[:1] + b"\x81" + NAMES[1:]

broken("trailing_bytes", "Something follows the certificate.",
       dataclasses.replace(PLAIN, der=PLAIN.der + b"\0"))
broken("cut_short", "Its last byte is missing.", dataclasses.replace(PLAIN, der=PLAIN.der[:-1]))
broken("no_certificate_at_all", "A sequence of nothing.",
       dataclasses.replace(PLAIN, der=asn1.sequence()))
case("intermediate_broken", "What else is sent must be certificates as well.", "malformed",
     [PLAIN, ONE.der[:-1]], trust=[ROOT], shown=False)
case("unrelated_broken", "Even what is not needed.", "malformed",
     [PLAIN, ONE, asn1.sequence()], trust=[ROOT], shown=False)
broken("duplicate_extension", "An extension twice, and different.",
       leaf(ONE, extra=[alternative_names(dns("other.test"))]))
broken("duplicate_same_extension", "An extension twice, and the same.", leaf(ONE, extra=[SAN]))
broken("duplicate_unknown_extension", "Also one that nobody knows.",
       leaf(ONE, extra=[unknown(False), unknown(False)]))
case("duplicate_extension_in_ca", "Also in a CA.", "malformed",
     [PLAIN, authority("One", ROOT, extra=[basic_constraints(True)])], trust=[ROOT], shown=False)
broken("alternative_names_broken", "Alternative names that do not parse.",
       leaf(ONE, names=extension("2.5.29.17", b"\x30\x05\x82\x0bser")))
broken("alternative_names_trailing", "Something follows them.",
       leaf(ONE, names=extension("2.5.29.17", asn1.sequence(dns("server.test")) + b"\0")))
broken("alternative_names_of_strings", "They are no list of names.",
       leaf(ONE, names=extension("2.5.29.17", asn1.sequence(asn1.utf8("server.test")))))
for what, nothing in [("name", dns("")), ("mailbox", email("")), ("uri", uri(""))]:
    broken(f"empty_{what}", "A name of no letters among the alternative names.",
           leaf(ONE, names=alternative_names(nothing, dns("server.test"))))
broken("basic_constraints_broken", "basicConstraints that do not parse.",
       leaf(ONE, basic=extension("2.5.29.19", asn1.integer(1), critical=True)))
broken("key_usage_broken", "Key usage that does not parse.",
       leaf(ONE, usage=extension("2.5.29.15", asn1.octets(b"\x80"), critical=True)))
broken("purposes_broken", "Extended key usage that does not parse.",
       leaf(ONE, purpose=extension("2.5.29.37", asn1.sequence(asn1.integer(1)))))
case("constraints_broken", "Name constraints that do not parse.", "malformed",
     [PLAIN, authority("One", ROOT, extra=[extension("2.5.29.30", asn1.integer(1), True)])],
     trust=[ROOT], shown=False)
broken("extensions_in_version_1", "Version 1 has no extensions.", leaf(ONE, version=1))
broken("version_4", "There is no version 4.", leaf(ONE, version=4))
broken("length_of_length", "A length in more bytes than it needs.",
       leaf(ONE, names=extension("2.5.29.17", WORDY)))
broken("boolean_of_1", "TRUE is FF in DER, and not 01.",
       leaf(ONE, edit=edited(basic_constraints(False),
                             basic_constraints(False).replace(b"\x01\x01\xff", b"\x01\x01\x01"))))
broken("date_without_seconds", "A time without seconds.",
       leaf(ONE, edit=edited(asn1.time(END), asn1.element(0x17, b"4912312359Z"))))
broken("date_with_zone", "A time of a zone.",
       leaf(ONE, edit=edited(asn1.time(END), asn1.element(0x17, b"491231235959+0100"))))
broken("date_impossible", "The 32nd of December.",
       leaf(ONE, edit=edited(asn1.time(END), asn1.element(0x17, b"491232235959Z"))))
broken("date_of_letters", "No date.",
       leaf(ONE, edit=edited(asn1.time(END), asn1.element(0x17, b"4912312359xxZ"))))
broken("date_with_fraction", "A fraction of a second.",
       leaf(ONE, edit=edited(asn1.time(END), asn1.element(0x18, b"20491231235959.5Z"))))

# --- Unusual, and fine ---


def fine(name: str, about: str, certificate_: Certificate, **rest) -> None:
    case(name, about, "ok", [certificate_, ONE], trust=[ROOT], **rest)


fine("serial_0", "A serial number of 0.", leaf(ONE, serial=0))
fine("serial_negative", "A negative serial number.", leaf(ONE, serial=-5))
fine("serial_20_bytes", "As long as RFC 5280 allows.", leaf(ONE, serial=1 << 158))
fine("serial_32_bytes", "Longer.", leaf(ONE, serial=1 << 255))
fine("empty_subject", "No subject but alternative names.", leaf(ONE, subject=""))
fine("empty_subject_critical_names", "As RFC 5280 asks for then: critical.",
     leaf(ONE, subject="", names=alternative_names(dns("server.test"), critical=True)))
fine("no_flag_written_out", "cA FALSE, written out.",
     leaf(ONE, basic=extension("2.5.29.19", asn1.sequence(asn1.boolean(False)), True)))
fine("general_time_before_2050", "A year of four digits before its time.",
     leaf(ONE, edit=edited(asn1.time(END), asn1.element(0x18, END.encode()))))
fine("subject_of_printable_string", "Another kind of string.",
     leaf(ONE, subject=distinguished("server", asn1.printable)))
fine("subject_of_teletex_string", "An old kind of string.",
     leaf(ONE, subject=distinguished("server", lambda t: asn1.element(0x14, t.encode()))))
fine("names_of_other_kinds", "Alternative names of kinds that nobody asks for.",
     leaf(ONE, names=alternative_names(
         dns("server.test"), asn1.text_field(8, b"\x2a\x03"), email("a@b.test"),
         uri("urn:x"), directory("O=Example"),
         asn1.field(0, asn1.oid("1.2.3"), asn1.field(0, asn1.utf8("x"))))))
fine("many_names", "A hundred names.",
     leaf(ONE, names=alternative_names(*[dns(f"h{i}.test") for i in range(99)],
                                       dns("server.test"))))
EMPTY_ROOT = authority("", key_name="p256 empty")
case("empty_issuer", "A CA without a name.", "ok", [leaf(EMPTY_ROOT)], trust=[EMPTY_ROOT])

# --- Extensions that nobody understands ---

case("unknown_critical_in_leaf", "A critical extension that nobody understands.",
     "critical_extension", [leaf(ONE, extra=[unknown(True)]), ONE], trust=[ROOT])
fine("unknown_in_leaf", "One that is not critical.", leaf(ONE, extra=[unknown(False)]))
case("unknown_critical_in_ca", "A critical one in a CA.", "critical_extension",
     [PLAIN, authority("One", ROOT, extra=[unknown(True)])], trust=[ROOT])
case("unknown_in_ca", "One that is not critical.", "ok",
     [PLAIN, authority("One", ROOT, extra=[unknown(False)])], trust=[ROOT])
case("unknown_critical_in_root", "A critical one in a root.", "critical_extension",
     [leaf(ROOT)], trust=[authority("Root", extra=[unknown(True)])])
case("unknown_in_root", "One that is not critical.", "ok",
     [leaf(ROOT)], trust=[authority("Root", extra=[unknown(False)])])
POLICY = asn1.sequence(asn1.sequence(asn1.oid("2.5.29.32.0")))
fine("policies_critical", "Policies that nobody asks for, critical.",
     leaf(ONE, extra=[extension("2.5.29.32", POLICY, critical=True)]))
STRICT_ONE = authority("One", ROOT, extra=[
    extension("2.5.29.36", asn1.sequence(asn1.text_field(0, b"\0")), critical=True)])
case("explicit_policy_required", "A CA that wants policies named: nobody asks for policies here.",
     "ok", [leaf(STRICT_ONE), STRICT_ONE], trust=[ROOT])
fine("subject_directory_attributes", "An extension that says nothing here, not critical.",
     leaf(ONE, extra=[extension("2.5.29.9", asn1.sequence())]))
case("key_id_critical", "A critical key identifier, against RFC 5280.", "critical_extension",
     [leaf(ONE, ids=False, extra=[
         extension("2.5.29.14", asn1.octets(b"\x01" * 20), critical=True)]), ONE], trust=[ROOT])
case("must_staple", "A certificate that asks for stapled answers (RFC 7633), not critical.", "ok",
     [leaf(ONE, extra=[extension("1.3.6.1.5.5.7.1.24", asn1.sequence(asn1.integer(5)))]), ONE],
     trust=[ROOT])
TLS_FEATURE = extension("1.3.6.1.5.5.7.1.24", asn1.sequence(asn1.integer(5)))
STAPLING_ONE = authority("One", ROOT, extra=[TLS_FEATURE])
case("must_staple_of_ca",
     "A CA whose certificates must ask for it (RFC 7633), and one that does not.", "ok",
     [leaf(STAPLING_ONE), STAPLING_ONE], trust=[ROOT])


def with_long_outer_length(certificate):
    """The same certificate, its first length said in one byte more than DER allows."""
    assert certificate.der[:2] == b"\x30\x82"
    return dataclasses.replace(certificate, der=b"\x30\x83\x00" + certificate.der[2:])


case("outer_length_too_long", "A length in more bytes than it needs: BER, not DER.", "malformed",
     [with_long_outer_length(leaf(ONE)), ONE], trust=[ROOT], shown=False)
