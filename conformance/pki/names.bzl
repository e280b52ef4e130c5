"""What make_pki makes: NAME.pem and NAME.key.pem each. The script says what each is for."""

PKI_NAMES = [
    "client_expired",
    "client_good",
    "client_root_b",
    "client_rsa",
    "constrained",
    "intermediate",
    "root_a",
    "root_b",
    "server_all_wrong",
    "server_chained",
    "server_common_name",
    "server_constrained",
    "server_ed25519",
    "server_expired",
    "server_ip_as_dns",
    "server_not_yet_valid",
    "server_other",
    "server_p256",
    "server_root_b",
    "server_rsa",
    "server_self_signed",
    "server_under_leaf",
    "server_weak",
    "server_wrong_name",
    "server_wrong_purpose",
]

# Keys under lock: NAME.pem each.
PKI_LOCKED = [
    "locked_3des",
    "locked_aes",
    "locked_pkcs12_3des",
    "locked_rc2",
    "locked_scrypt",
    "packed_3des",
    "packed_aes",
    "packed_no_key",
    "packed_no_mac",
    "packed_rc2",
]
