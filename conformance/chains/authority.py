"""Keys, certificates and revocation lists: good unless a case says what is to be wrong.

Written byte by byte (see asn1), because most of what a verifier must refuse is what no library of
certificates will make. Only keys and signatures are left to python3-cryptography.
"""

import dataclasses
import functools
import hashlib
import ipaddress
import itertools
from typing import Callable, List, Optional, Sequence, Union

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

import asn1

BEGIN = "20200101000000Z"  # Good certificates are good from here
END = "20491231235959Z"  # to here; their verifiers live in June 2030.
PAST = "20210101000000Z"
FUTURE = "20450101000000Z"

CURVES = {
    "p192": ec.SECP192R1, "p224": ec.SECP224R1, "p256": ec.SECP256R1, "p384": ec.SECP384R1,
    "p521": ec.SECP521R1, "secp256k1": ec.SECP256K1,
    "brainpool256": ec.BrainpoolP256R1,
}
HASHES = {
    "md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256,
    "sha384": hashes.SHA384, "sha512": hashes.SHA512,
}
HASH_OIDS = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}
RSA, RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
SIGNATURES = {
    "rsa-md5": "1.2.840.113549.1.1.4", "rsa-sha1": "1.2.840.113549.1.1.5",
    "rsa-sha256": "1.2.840.113549.1.1.11", "rsa-sha384": "1.2.840.113549.1.1.12",
    "rsa-sha512": "1.2.840.113549.1.1.13",
    "ecdsa-sha1": "1.2.840.10045.4.1", "ecdsa-sha224": "1.2.840.10045.4.3.1",
    "ecdsa-sha256": "1.2.840.10045.4.3.2", "ecdsa-sha384": "1.2.840.10045.4.3.3",
    "ecdsa-sha512": "1.2.840.10045.4.3.4", "dsa-sha256": "2.16.840.1.101.3.4.3.2",
    "ed25519": "1.3.101.112", "ed448": "1.3.101.113",
}


def pss_algorithm(digest: str) -> bytes:
    hash_id = asn1.sequence(asn1.oid(HASH_OIDS[digest]), asn1.null())
    mask = asn1.sequence(asn1.oid("1.2.840.113549.1.1.8"), hash_id)
    salt = asn1.integer(HASHES[digest].digest_size)
    return asn1.sequence(asn1.oid(RSA_PSS), asn1.sequence(
        asn1.field(0, hash_id), asn1.field(1, mask), asn1.field(2, salt)))


def algorithm(name: str) -> bytes:
    """The AlgorithmIdentifier of a way of signing."""
    if name.startswith("pss-"):
        return pss_algorithm(name[4:])
    parameters = asn1.null() if name.startswith("rsa-") else b""
    return asn1.sequence(asn1.oid(SIGNATURES[name]), parameters)


class Key:
    """A private key. `kind`: "rsa2048", "pss2048" (id-RSASSA-PSS), "p256", "ed25519", "dsa1024"."""

    def __init__(self, kind: str):
        self.kind = kind
        if kind.startswith(("rsa", "pss")):
            self.private = rsa.generate_private_key(65537, int(kind[3:]))
            self.signs_by = "pss-sha256" if kind.startswith("pss") else "rsa-sha256"
        elif kind.startswith("dsa"):
            self.private, self.signs_by = dsa.generate_private_key(int(kind[3:])), "dsa-sha256"
        elif kind == "ed25519":
            self.private, self.signs_by = ed25519.Ed25519PrivateKey.generate(), kind
        elif kind == "ed448":
            self.private, self.signs_by = ed448.Ed448PrivateKey.generate(), kind
        else:
            self.private = ec.generate_private_key(CURVES[kind]())
            self.signs_by = "ecdsa-sha384" if kind == "p384" else "ecdsa-sha256"

    @functools.cached_property
    def public(self) -> bytes:
        """The SubjectPublicKeyInfo."""
        info = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return self._as_pss(info)

    @functools.cached_property
    def pkcs8(self) -> bytes:
        info = self.private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())
        return self._as_pss(info)

    @property
    def id(self) -> bytes:
        return hashlib.sha1(self.public).digest()

    # Both forms have the algorithm once, as oid and NULL: for a PSS key another oid, and no NULL.
    def _as_pss(self, info: bytes) -> bytes:
        if not self.kind.startswith("pss"):
            return info
        plain = asn1.sequence(asn1.oid(RSA), asn1.null())
        before, after = info.split(plain, 1)
        head = b"" if before[-1:] != b"\x00" else asn1.integer(0)  # PKCS#8 begins with a version
        return asn1.sequence(head, asn1.sequence(asn1.oid(RSA_PSS)), after)

    def sign(self, by: str, content: bytes) -> bytes:
        if by in ("ed25519", "ed448"):
            return self.private.sign(content)
        scheme, digest_name = by.split("-")
        digest = HASHES[digest_name]()
        if scheme == "rsa":
            return self.private.sign(content, padding.PKCS1v15(), digest)
        if scheme == "pss":
            pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
            return self.private.sign(content, pss, digest)
        if scheme == "dsa":
            return self.private.sign(content, digest)
        return self.private.sign(content, ec.ECDSA(digest))


@functools.lru_cache(maxsize=None)
def key(name: str) -> Key:
    """The key of that name, such as "p256", or "p256 other" for one more of its kind."""
    return Key(name.split(" ")[0])


# --- Names ---------------------------------------------------------------------------------------

ATTRIBUTES = {"CN": "2.5.4.3", "O": "2.5.4.10", "OU": "2.5.4.11", "C": "2.5.4.6"}


def distinguished(text: str, write: Callable[[str], bytes] = asn1.utf8) -> bytes:
    """A Name of "O=Example, CN=Root"; a word without "=" is a common name; "" is the empty name."""
    rdns = []
    for part in filter(None, text.split(", ")):
        kind, _, value = part.rpartition("=") if "=" in part else ("CN", "", part)
        rdns.append(asn1.set_of(asn1.sequence(asn1.oid(ATTRIBUTES[kind]), write(value))))
    return asn1.sequence(*rdns)


def dns(name: Union[str, bytes]) -> bytes:
    return asn1.text_field(2, name.encode() if isinstance(name, str) else name)


def email(address: str) -> bytes:
    return asn1.text_field(1, address.encode())


def uri(text: str) -> bytes:
    return asn1.text_field(6, text.encode())


def ip(address: str) -> bytes:
    """An address; or a network, "10.0.0.0/8", as name constraints have it."""
    if "/" not in address:
        return asn1.text_field(7, ipaddress.ip_address(address).packed)
    network = ipaddress.ip_network(address)
    return asn1.text_field(7, network.network_address.packed + network.netmask.packed)


def directory(name: str, write: Callable[[str], bytes] = asn1.utf8) -> bytes:
    return asn1.field(4, distinguished(name, write))


# --- Extensions ----------------------------------------------------------------------------------

SERVER, CLIENT, ANY_PURPOSE = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"
CODE, EMAIL_PROTECTION, OCSP = "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.9"
USAGES = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
          "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"]


def extension(number: str, value: bytes, critical: bool = False) -> bytes:
    return asn1.sequence(
        asn1.oid(number), asn1.boolean(True) if critical else b"", asn1.octets(value))


def basic_constraints(ca: bool, path_length: Optional[int] = None, critical: bool = True) -> bytes:
    length = b"" if path_length is None else asn1.integer(path_length)
    return extension(
        "2.5.29.19", asn1.sequence(asn1.boolean(True) if ca else b"", length), critical)


def key_usage(*usages: str, critical: bool = True) -> bytes:
    return extension("2.5.29.15", asn1.flags([USAGES.index(u) for u in usages]), critical)


def purposes(*oids: str, critical: bool = False) -> bytes:
    return extension("2.5.29.37", asn1.sequence(*map(asn1.oid, oids)), critical)


def alternative_names(*names: bytes, critical: bool = False) -> bytes:
    return extension("2.5.29.17", asn1.sequence(*names), critical)


def name_constraints(permitted: Sequence[bytes] = (), excluded: Sequence[bytes] = (),
                     critical: bool = True) -> bytes:
    def subtrees(number: int, names: Sequence[bytes]) -> bytes:
        return asn1.field(number, *map(asn1.sequence, names)) if names else b""
    return extension(
        "2.5.29.30", asn1.sequence(subtrees(0, permitted), subtrees(1, excluded)), critical)


def subject_key_id(identifier: bytes) -> bytes:
    return extension("2.5.29.14", asn1.octets(identifier))


def authority_key_id(identifier: bytes) -> bytes:
    return extension("2.5.29.35", asn1.sequence(asn1.text_field(0, identifier)))


def unknown(critical: bool) -> bytes:
    return extension("1.3.6.1.4.1.55555.1", asn1.null(), critical)


# --- Certificates --------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Certificate:
    der: bytes
    subject: bytes
    key: Key
    serial: int

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def key_fingerprint(self) -> str:
        return hashlib.sha256(self.key.public).hexdigest()


_serials = itertools.count(0x1000)


def certificate(subject: Union[str, bytes], issuer: Optional[Certificate] = None, *,
                extensions: List[bytes], key_name: str, begin: str = BEGIN,
                end: str = END, serial: Optional[int] = None, version: int = 3,
                by: Optional[str] = None, signed_by: Optional[Key] = None,
                issuer_name: Optional[bytes] = None, inner_algorithm: Optional[bytes] = None,
                outer_algorithm: Optional[bytes] = None, flip_signature: bool = False,
                edit: Callable[[bytes], bytes] = bytes) -> Certificate:
    """Issues a certificate; without an issuer it is self-signed.

    `signed_by`: another key than the issuer's. `issuer_name`: another name than the issuer's.
    `edit`: changes the part that is signed, before it is.
    """
    own = key(key_name)
    signer = signed_by or (issuer.key if issuer else own)
    subject = distinguished(subject) if isinstance(subject, str) else subject
    issuer_name = issuer_name or (issuer.subject if issuer else subject)
    serial = next(_serials) if serial is None else serial
    by = by or signer.signs_by
    tbs = edit(asn1.sequence(
        asn1.field(0, asn1.integer(version - 1)) if version > 1 else b"",
        asn1.integer(serial), inner_algorithm or algorithm(by), issuer_name,
        asn1.sequence(asn1.time(begin), asn1.time(end)), subject, own.public,
        asn1.field(3, asn1.sequence(*extensions)) if extensions else b""))
    signature = signer.sign(by, tbs)
    if flip_signature:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    der = asn1.sequence(tbs, outer_algorithm or algorithm(by), asn1.bits(signature))
    return Certificate(der, subject, own, serial)


def identifiers(key_name: str, issuer: Optional[Certificate]) -> List[bytes]:
    """The key identifiers of subject and issuer."""
    ids = [subject_key_id(key(key_name).id)]
    return ids + [authority_key_id(issuer.key.id)] if issuer else ids


def authority(subject: str, issuer: Optional[Certificate] = None, *, key_name: str = "",
              path_length: Optional[int] = None, basic: Optional[bytes] = None,
              usage: Optional[bytes] = None, extra: Sequence[bytes] = (), ids: bool = True,
              **rest) -> Certificate:
    """A CA: a root, or an intermediate if there is an issuer. b"" leaves an extension out.

    CAs of one name have one key, others have others, unless `key_name` says else.
    """
    key_name = key_name or f"p256 {subject}"
    basic = basic_constraints(True, path_length) if basic is None else basic
    usage = key_usage("keyCertSign", "cRLSign") if usage is None else usage
    extensions = [basic, usage, *extra, *(identifiers(key_name, issuer) if ids else [])]
    return certificate(subject, issuer, extensions=[e for e in extensions if e],
                       key_name=key_name, **rest)


def leaf(issuer: Optional[Certificate], *, subject: str = "server", key_name: str = "p256 leaf",
         basic: Optional[bytes] = None, usage: Optional[bytes] = None,
         purpose: Optional[bytes] = None, names: Optional[bytes] = None,
         extra: Sequence[bytes] = (), ids: bool = True, **rest) -> Certificate:
    """The certificate of the server server.test."""
    basic = basic_constraints(False) if basic is None else basic
    usage = key_usage("digitalSignature") if usage is None else usage
    purpose = purposes(SERVER) if purpose is None else purpose
    names = alternative_names(dns("server.test")) if names is None else names
    extensions = [basic, usage, purpose, names, *extra,
                  *(identifiers(key_name, issuer) if ids else [])]
    return certificate(subject, issuer, extensions=[e for e in extensions if e],
                       key_name=key_name, **rest)


def client(issuer: Optional[Certificate], **rest) -> Certificate:
    """The certificate of a client."""
    return leaf(issuer, **{"subject": "client", "purpose": purposes(CLIENT), "names": b"", **rest})


# --- Revocation lists ----------------------------------------------------------------------------

LIST_BEGIN, LIST_END = "20300601000000Z", "20300701000000Z"


def revocation_list(issuer: Certificate, revoked: Sequence[Union[Certificate, int]] = (), *,
                    begin: str = LIST_BEGIN, end: Optional[str] = LIST_END,
                    signed_by: Optional[Key] = None, by: Optional[str] = None,
                    issuer_name: Optional[bytes] = None, extensions: Sequence[bytes] = (),
                    entry_extensions: Sequence[bytes] = (), flip_signature: bool = False,
                    version: int = 2) -> bytes:
    signer = signed_by or issuer.key
    by = by or signer.signs_by
    serials = [c if isinstance(c, int) else c.serial for c in revoked]
    extra = asn1.sequence(*entry_extensions) if entry_extensions else b""
    entries = [asn1.sequence(asn1.integer(s), asn1.time(begin), extra) for s in serials]
    known = [authority_key_id(issuer.key.id), extension("2.5.29.20", asn1.integer(1)), *extensions]
    tbs = asn1.sequence(
        asn1.integer(1) if version == 2 else b"", algorithm(by), issuer_name or issuer.subject,
        asn1.time(begin), asn1.time(end) if end else b"",
        asn1.sequence(*entries) if entries else b"",
        asn1.field(0, asn1.sequence(*known)) if version == 2 else b"")
    signature = signer.sign(by, tbs)
    if flip_signature:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    return asn1.sequence(tbs, algorithm(by), asn1.bits(signature))
