"""Keys and signatures: those that are wrong, and those that are weak."""

import dataclasses

from authority import *
from bundle import begin_theme, case

begin_theme(__doc__)

ROOT = authority("Root")
ONE = authority("One", ROOT)
RSA_ROOT = authority("RSA Root", key_name="rsa2048 root")
RSA_ONE = authority("RSA One", RSA_ROOT, key_name="rsa2048 one")


def flipped(certificate_: Certificate, place: bytes) -> Certificate:
    """The certificate with a bit changed where `place` is, and the signature as it was."""
    at = certificate_.der.index(place) + len(place) - 1
    der = certificate_.der[:at] + bytes([certificate_.der[at] ^ 1]) + certificate_.der[at + 1:]
    return dataclasses.replace(certificate_, der=der)


# --- Wrong signatures ---

case("leaf_signature_changed", "A bit of the leaf's signature is wrong.", "bad_signature",
     [leaf(ONE, flip_signature=True), ONE], trust=[ROOT])
case("leaf_content_changed", "A bit of what is signed is wrong.", "bad_signature",
     [flipped(leaf(ONE, subject="served"), b"served"), ONE], trust=[ROOT])
case("leaf_signed_by_another", "Another key has signed it.", "bad_signature",
     [leaf(ONE, signed_by=key("p256 other")), ONE], trust=[ROOT])
case("leaf_signed_by_itself", "It has signed itself in the CA's name.", "bad_signature",
     [leaf(ONE, signed_by=key("p256 leaf")), ONE], trust=[ROOT])
case("leaf_signed_by_another_kind", "A key of another kind has signed it.", "bad_signature",
     [leaf(ONE, signed_by=key("rsa2048 other")), ONE], trust=[ROOT])
case("intermediate_signature_changed", "A bit of the CA's signature is wrong.", "bad_signature",
     [leaf(ONE), authority("One", ROOT, flip_signature=True)], trust=[ROOT])
case("intermediate_signed_by_another", "Another key has signed the CA.", "bad_signature",
     [leaf(ONE), authority("One", ROOT, signed_by=key("p256 other"))], trust=[ROOT])
case("rsa_signature_changed", "Likewise with RSA.", "bad_signature",
     [leaf(RSA_ONE, flip_signature=True), RSA_ONE], trust=[RSA_ROOT])
case("root_signature_changed", "A root is believed, not checked.", "ok",
     [leaf(ROOT)], trust=[authority("Root", flip_signature=True)])
UNSIGNED = leaf(None, flip_signature=True)
case("trusted_leaf_signature_changed", "Nor is a leaf that is trusted itself.", "ok",
     [UNSIGNED], trust=[UNSIGNED])
case("bad_signature_beside_good", "Of two certificates of a CA, the genuine one counts.", "ok",
     [leaf(ONE), authority("One", ROOT, flip_signature=True), ONE], trust=[ROOT])
case("bad_signature_and_expired", "The signature weighs more than the date.", "bad_signature",
     [leaf(ONE, end=PAST, flip_signature=True), ONE], trust=[ROOT])
case("unrelated_bad_signature", "What does not belong to the chain does no harm.", "ok",
     [leaf(ONE), ONE, authority("Stranger", ROOT, flip_signature=True)], trust=[ROOT])

# --- Algorithm identifiers ---

SHA384 = algorithm("ecdsa-sha384")
case("outer_algorithm_differs", "The two algorithm identifiers must be the same.", "malformed",
     [leaf(ONE, outer_algorithm=SHA384), ONE], trust=[ROOT], shown=False)
case("inner_algorithm_differs", "Also if the outer one is the right one.", "malformed",
     [leaf(ONE, inner_algorithm=SHA384), ONE], trust=[ROOT], shown=False)
case("intermediate_algorithm_differs", "Also in a CA.", "malformed",
     [leaf(ONE), authority("One", ROOT, inner_algorithm=SHA384)], trust=[ROOT], shown=False)
NOT_KNOWN = asn1.sequence(asn1.oid("1.3.6.1.4.1.55555.3"))
case("unknown_algorithm", "Nobody knows how it is signed.", "bad_signature",
     [leaf(ONE, inner_algorithm=NOT_KNOWN, outer_algorithm=NOT_KNOWN), ONE], trust=[ROOT],
     shown=False)

# --- Kinds of keys ---

for kind in ("p256", "p384", "p521", "rsa2048", "rsa3072", "ed25519"):
    case(f"leaf_{kind}", f"A leaf of {kind}.", "ok",
         [leaf(ONE, key_name=f"{kind} leaf"), ONE], trust=[ROOT])
for kind in ("p224", "ed448", "pss2048"):
    case(f"leaf_{kind}", f"A leaf of {kind}.", "ok",
         [leaf(ONE, key_name=f"{kind} leaf"), ONE], trust=[ROOT], shown=False)
for kind in ("p224", "p256", "p384", "p521", "rsa2048", "rsa3072", "pss2048", "ed25519", "ed448"):
    of_kind = authority(f"Authority of {kind}", ROOT, key_name=f"{kind} ca")
    case(f"ca_{kind}", f"A CA of {kind}.", "ok", [leaf(of_kind), of_kind], trust=[ROOT],
         shown=kind not in ("p224", "pss2048", "ed448"))
for kind in ("rsa2048", "p384", "pss2048", "ed25519", "ed448"):
    of_kind = authority(f"Root of {kind}", key_name=f"{kind} root")
    case(f"root_{kind}", f"A root of {kind}.", "ok", [leaf(of_kind)], trust=[of_kind],
         shown=kind not in ("pss2048", "ed448"))
PSS_SIGNED = leaf(RSA_ONE, by="pss-sha256")
case("rsa_key_signs_pss", "An RSA key may sign with PSS.", "ok",
     [PSS_SIGNED, RSA_ONE], trust=[RSA_ROOT])
for digest in ("sha384", "sha512"):
    case(f"rsa_{digest}", f"RSA with {digest}.", "ok",
         [leaf(RSA_ONE, by=f"rsa-{digest}"), RSA_ONE], trust=[RSA_ROOT])
    case(f"ecdsa_{digest}", f"ECDSA with {digest}.", "ok",
         [leaf(ONE, by=f"ecdsa-{digest}"), ONE], trust=[ROOT])
case("ecdsa_sha224", "SHA-224 has 112 bits of strength, as RSA of 2048 bits has.", "ok",
     [leaf(ONE, by="ecdsa-sha224"), ONE], trust=[ROOT], shown=False)

# --- Weak keys: below 112 bits of strength, anywhere on the way ---

case("leaf_rsa1024", "A leaf of RSA, 1024 bits.", "weak",
     [leaf(ONE, key_name="rsa1024 leaf"), ONE], trust=[ROOT], shown=False)
case("leaf_rsa2047", "One bit is one bit.", "weak",
     [leaf(ONE, key_name="rsa2047 leaf"), ONE], trust=[ROOT], shown=False)
WEAK_ONE = authority("Weak One", ROOT, key_name="rsa1024 ca")
WEAK_ROOT = authority("Weak Root", key_name="rsa1024 root")
case("ca_rsa1024", "A CA of RSA, 1024 bits.", "weak", [leaf(WEAK_ONE), WEAK_ONE], trust=[ROOT])
case("root_rsa1024", "A root: it is the key that all depends on.", "weak",
     [leaf(WEAK_ROOT)], trust=[WEAK_ROOT])
case("leaf_p192", "A leaf of P-192.", "weak",
     [leaf(ONE, key_name="p192 leaf"), ONE], trust=[ROOT], shown=False)
P192_ONE = authority("P192 One", ROOT, key_name="p192 ca")
case("ca_p192", "A CA of P-192.", "weak", [leaf(P192_ONE), P192_ONE], trust=[ROOT], shown=False)
case("leaf_secp256k1", "A curve that one of the libraries does not know.", "weak",
     [leaf(ONE, key_name="secp256k1 leaf"), ONE], trust=[ROOT], shown=False)
K1_ONE = authority("K1 One", ROOT, key_name="secp256k1 ca")
case("ca_secp256k1", "Likewise in a CA.", "weak", [leaf(K1_ONE), K1_ONE], trust=[ROOT],
     shown=False)
BRAIN_ONE = authority("Brain One", ROOT, key_name="brainpool256 ca")
case("ca_brainpool256", "Another curve of that kind.", "weak", [leaf(BRAIN_ONE), BRAIN_ONE],
     trust=[ROOT], shown=False)
DSA_ONE = authority("DSA One", ROOT, key_name="dsa1024 ca")
case("ca_dsa1024", "A CA of DSA, 1024 bits.", "weak", [leaf(DSA_ONE), DSA_ONE], trust=[ROOT],
     shown=False)
DSA_STRONG = authority("DSA Strong", ROOT, key_name="dsa2048 ca")
case("ca_dsa2048", "A CA of DSA, 2048 bits: out of use, and not weak.", "ok",
     [leaf(DSA_STRONG), DSA_STRONG], trust=[ROOT], shown=False)

# --- Weak signatures, on anything but what is trusted ---

case("leaf_md5", "Signed with MD5.", "weak",
     [leaf(RSA_ONE, by="rsa-md5"), RSA_ONE], trust=[RSA_ROOT], shown=False)
case("leaf_sha1", "Signed with SHA-1.", "weak",
     [leaf(RSA_ONE, by="rsa-sha1"), RSA_ONE], trust=[RSA_ROOT])
case("leaf_ecdsa_sha1", "Signed with SHA-1 and ECDSA.", "weak",
     [leaf(ONE, by="ecdsa-sha1"), ONE], trust=[ROOT])
case("leaf_pss_sha1", "Signed with SHA-1 and PSS.", "weak",
     [leaf(RSA_ONE, by="pss-sha1"), RSA_ONE], trust=[RSA_ROOT], shown=False)
case("ca_md5", "A CA's certificate, signed with MD5.", "weak",
     [leaf(RSA_ONE), authority("RSA One", RSA_ROOT, key_name="rsa2048 one", by="rsa-md5")],
     trust=[RSA_ROOT], shown=False)
case("ca_sha1", "A CA's certificate, signed with SHA-1.", "weak",
     [leaf(RSA_ONE), authority("RSA One", RSA_ROOT, key_name="rsa2048 one", by="rsa-sha1")],
     trust=[RSA_ROOT])
case("root_md5", "How a root has signed itself does not matter.", "ok", [leaf(RSA_ROOT)],
     trust=[authority("RSA Root", key_name="rsa2048 root", by="rsa-md5")])
case("root_sha1", "Not with SHA-1 either.", "ok", [leaf(RSA_ROOT)],
     trust=[authority("RSA Root", key_name="rsa2048 root", by="rsa-sha1")])
TRUSTED_SHA1 = leaf(RSA_ONE, by="rsa-sha1")
case("trusted_leaf_sha1", "Nor how a leaf was signed that is trusted itself.", "ok",
     [TRUSTED_SHA1], trust=[TRUSTED_SHA1])
TRUSTED_ONE_SHA1 = authority("RSA One", RSA_ROOT, key_name="rsa2048 one", by="rsa-sha1")
case("trusted_intermediate_sha1", "Nor a CA that is.", "ok",
     [leaf(TRUSTED_ONE_SHA1)], trust=[TRUSTED_ONE_SHA1])
case("weak_and_wrong_name", "Weakness weighs more than the name.", "weak",
     [leaf(RSA_ONE, by="rsa-sha1"), RSA_ONE], trust=[RSA_ROOT], asked="other.test")
case("weak_and_bad_signature", "A signature that is wrong weighs more than a weak one.",
     "bad_signature", [leaf(RSA_ONE, by="rsa-sha1", flip_signature=True), RSA_ONE],
     trust=[RSA_ROOT])
