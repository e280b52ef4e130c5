"""What a certificate may be used for: extended key usage, of CAs too, and the leaf's key usage."""

from authority import *
from bundle import begin_theme, case, client_case

begin_theme(__doc__)

ROOT = authority("Root")
ONE = authority("One", ROOT)


def with_purpose(*oids: str, critical: bool = False) -> list:
    return [leaf(ONE, purpose=purposes(*oids, critical=critical)), ONE]


case("purpose_server", "For servers.", "ok", with_purpose(SERVER), trust=[ROOT])
case("purpose_server_critical", "For servers, critical.", "ok",
     with_purpose(SERVER, critical=True), trust=[ROOT])
case("purpose_none_named", "Without extended key usage, every purpose.", "ok",
     [leaf(ONE, purpose=b""), ONE], trust=[ROOT])
case("purpose_both", "For servers and clients.", "ok", with_purpose(CLIENT, SERVER), trust=[ROOT])
case("purpose_client", "For clients, and a server shows it.", "wrong_purpose",
     with_purpose(CLIENT), trust=[ROOT])
case("purpose_client_critical", "Likewise, critical.", "wrong_purpose",
     with_purpose(CLIENT, critical=True), trust=[ROOT])
case("purpose_other", "For signing code.", "wrong_purpose", with_purpose(CODE), trust=[ROOT])
case("purpose_any", "anyExtendedKeyUsage is no permission: OpenSSL asks for the very purpose.",
     "wrong_purpose", with_purpose(ANY_PURPOSE), trust=[ROOT])
case("purpose_any_and_server", "With the very purpose beside it, it is.", "ok",
     with_purpose(ANY_PURPOSE, SERVER), trust=[ROOT])
case("purpose_email_allowed", "DangerAnyPurpose() takes any leaf.", "ok",
     with_purpose(EMAIL_PROTECTION), trust=[ROOT], any_purpose=True)
case("purpose_private", "An unknown purpose.", "wrong_purpose",
     with_purpose("1.3.6.1.4.1.55555.2"), trust=[ROOT])
case("purpose_private_long_arc", "With an arc of 64 bits.", "wrong_purpose",
     with_purpose(f"1.3.6.1.4.1.55555.{(1 << 63) + 1}"), trust=[ROOT])
FOR_CLIENTS = with_purpose(CLIENT)[:1]
case("trusted_leaf_wrong_purpose", "To be trusted itself does not make it a server's.",
     "wrong_purpose", FOR_CLIENTS, trust=FOR_CLIENTS)

# --- CAs that name purposes may issue for these only ---


def under_purpose(*oids: str, critical: bool = False) -> list:
    one = authority("One", ROOT, extra=[purposes(*oids, critical=critical)])
    return [leaf(one), one]


case("ca_purpose_server", "A CA for servers.", "ok", under_purpose(SERVER), trust=[ROOT])
case("ca_purpose_client", "A CA for clients has issued a server's.", "wrong_purpose",
     under_purpose(CLIENT), trust=[ROOT])
case("ca_purpose_client_critical", "Likewise, critical.", "wrong_purpose",
     under_purpose(CLIENT, critical=True), trust=[ROOT])
case("ca_purpose_any", "For a CA, too, any is none.", "wrong_purpose",
     under_purpose(ANY_PURPOSE), trust=[ROOT])
case("ca_purpose_ocsp_only", "A CA for something else.", "wrong_purpose",
     under_purpose(OCSP), trust=[ROOT])
case("root_purpose_client", "A root for clients.", "wrong_purpose",
     [leaf(ROOT)], trust=[authority("Root", extra=[purposes(CLIENT)])])
case("root_purpose_server", "A root for servers.", "ok",
     [leaf(ROOT)], trust=[authority("Root", extra=[purposes(SERVER)])])
case("ca_purpose_client_any_allowed", "DangerAnyPurpose() is about leaves: CAs keep to theirs.",
     "wrong_purpose", under_purpose(CLIENT), trust=[ROOT], any_purpose=True)

# --- Key usage of the leaf: what a key exchange of TLS 1.2 or 1.3 can use ---

for usage, verdict in [
        ("digitalSignature", "ok"), ("keyEncipherment", "ok"), ("keyAgreement", "ok"),
        ("nonRepudiation", "wrong_purpose"), ("dataEncipherment", "wrong_purpose"),
        ("keyCertSign", "wrong_purpose"), ("cRLSign", "wrong_purpose"),
        ("encipherOnly", "wrong_purpose"), ("decipherOnly", "wrong_purpose")]:
    case(f"usage_{usage}", f"A server whose key is for {usage} only.", verdict,
         [leaf(ONE, usage=key_usage(usage)), ONE], trust=[ROOT],
         shown=usage not in ("keyEncipherment", "keyAgreement"))
case("usage_none_named", "Without key usage, every use.", "ok",
     [leaf(ONE, usage=b""), ONE], trust=[ROOT])
case("usage_empty", "A key usage without any use.", "wrong_purpose",
     [leaf(ONE, usage=key_usage()), ONE], trust=[ROOT])
case("usage_not_critical", "Critical or not.", "wrong_purpose",
     [leaf(ONE, usage=key_usage("cRLSign", critical=False)), ONE], trust=[ROOT])
case("usage_many", "The right one among others.", "ok",
     [leaf(ONE, usage=key_usage("digitalSignature", "nonRepudiation", "cRLSign")), ONE],
     trust=[ROOT])
case("usage_any_purpose", "DangerAnyPurpose() leaves the key usage in force.", "wrong_purpose",
     [leaf(ONE, usage=key_usage("cRLSign")), ONE], trust=[ROOT], any_purpose=True)

# --- Clients ---

client_case("client_purpose_server", "For servers, and a client shows it.", "wrong_purpose",
            [leaf(ONE), ONE], trust=[ROOT])
client_case("client_purpose_none_named", "Without extended key usage, every purpose.", "ok",
            [client(ONE, purpose=b""), ONE], trust=[ROOT])
client_case("client_purpose_both", "For servers and clients.", "ok",
            [client(ONE, purpose=purposes(SERVER, CLIENT)), ONE], trust=[ROOT])
client_case("client_purpose_any", "Any is none, for clients too.", "wrong_purpose",
            [client(ONE, purpose=purposes(ANY_PURPOSE)), ONE], trust=[ROOT])
client_case("client_purpose_server_allowed", "DangerAnyPurpose() takes any leaf.", "ok",
            [leaf(ONE), ONE], trust=[ROOT], any_purpose=True)
SERVER_CA = authority("One", ROOT, extra=[purposes(SERVER)])
client_case("client_under_server_ca", "A CA for servers has issued a client's.", "wrong_purpose",
            [client(SERVER_CA), SERVER_CA], trust=[ROOT])
CLIENT_CA = authority("One", ROOT, extra=[purposes(CLIENT)])
client_case("client_under_client_ca", "A CA for clients.", "ok",
            [client(CLIENT_CA), CLIENT_CA], trust=[ROOT])
for usage, verdict in [("digitalSignature", "ok"), ("keyAgreement", "ok"),
                       ("keyEncipherment", "wrong_purpose"), ("keyCertSign", "wrong_purpose")]:
    client_case(f"client_usage_{usage}", f"A client whose key is for {usage} only.", verdict,
                [client(ONE, usage=key_usage(usage)), ONE], trust=[ROOT],
                shown=usage == "digitalSignature")

# --- Netscape's certificate types, which old CAs still write ---

NETSCAPE = "2.16.840.1.113730.1.1"


def netscape(bit: int) -> bytes:
    return extension(NETSCAPE, asn1.flags([bit]))


case("netscape_server", "nsCertType: server.", "ok",
     [leaf(ONE, extra=[netscape(1)]), ONE], trust=[ROOT])
case("netscape_client", "nsCertType: client, and a server shows it.", "wrong_purpose",
     [leaf(ONE, extra=[netscape(0)]), ONE], trust=[ROOT])
