"""The tests of NIST's Public Key Interoperability Test Suite, and what must come of each.

Sections and numbers are those of the suite's document (NIST, PKITS, version 1.0.1). The names of
the end entities tell what NIST expects; those that do not are in NIST_SAYS.
"""

from typing import List, NamedTuple


class Test(NamedTuple):
    section: str
    number: int
    theme: str
    end_entity: str
    about: str
    expect: str
    nist: str
    why: str  # Why it comes to something else than NIST expects.


class Section(NamedTuple):
    number: str
    title: str
    tests: List[tuple]  # The end entity, the verdict, and why it is not NIST's if it is not.


# With the suite's default settings.
NIST_SAYS = {
    "AllCertificatesNoPoliciesTest2": "valid", "DifferentPoliciesTest3": "valid",
    "DifferentPoliciesTest4": "invalid", "DifferentPoliciesTest5": "invalid",
    "OverlappingPoliciesTest6": "valid", "DifferentPoliciesTest7": "invalid",
    "DifferentPoliciesTest8": "invalid", "DifferentPoliciesTest9": "invalid",
    "AllCertificatesSamePoliciesTest10": "valid", "AllCertificatesanyPolicyTest11": "valid",
    "DifferentPoliciesTest12": "invalid", "AllCertificatesSamePoliciesTest13": "valid",
    "AnyPolicyTest14": "valid", "UserNoticeQualifierTest15": "valid",
    "UserNoticeQualifierTest16": "valid", "UserNoticeQualifierTest17": "valid",
    "UserNoticeQualifierTest18": "valid", "UserNoticeQualifierTest19": "valid",
    "CPSPointerQualifierTest20": "valid", "inhibitAnyPolicyTest3": "valid",
}

DSA = "DSA of 1024 bits is weak today."
BYTES = "Names of issuers are compared byte for byte."
OTHER_KEY = "A list counts if the key has signed it that signed the certificate, and no other."
POLICIES = "Nobody asks for policies, and they are not looked at."
PARTIAL = "Lists of distribution points, for some reasons or for other issuers prove nothing."
DELTA = "Delta lists are not read: what the full list says holds."

SECTIONS = [
    Section("4.1", "signatures", [
        ("ValidCertificatePathTest1", "ok"),
        ("InvalidCASignatureTest2", "bad_signature"),
        ("InvalidEESignatureTest3", "bad_signature"),
        ("ValidDSASignaturesTest4", "weak", DSA),
        ("ValidDSAParameterInheritanceTest5", "weak", DSA),
        ("InvalidDSASignatureTest6", "bad_signature"),
    ]),
    Section("4.2", "validity periods", [
        ("InvalidCAnotBeforeDateTest1", "not_yet_valid"),
        ("InvalidEEnotBeforeDateTest2", "not_yet_valid"),
        ("Validpre2000UTCnotBeforeDateTest3", "ok"),
        ("ValidGeneralizedTimenotBeforeDateTest4", "ok"),
        ("InvalidCAnotAfterDateTest5", "expired"),
        ("InvalidEEnotAfterDateTest6", "expired"),
        ("Invalidpre2000UTCEEnotAfterDateTest7", "expired"),
        ("ValidGeneralizedTimenotAfterDateTest8", "ok"),
    ]),
    Section("4.3", "names of issuers", [
        ("InvalidNameChainingTest1", "unknown_issuer"),
        ("InvalidNameChainingOrderTest2", "unknown_issuer"),
        ("ValidNameChainingWhitespaceTest3", "unknown_issuer", BYTES),
        ("ValidNameChainingWhitespaceTest4", "unknown_issuer", BYTES),
        ("ValidNameChainingCapitalizationTest5", "unknown_issuer", BYTES),
        ("ValidNameUIDsTest6", "ok"),
        ("ValidRFC3280MandatoryAttributeTypesTest7", "ok"),
        ("ValidRFC3280OptionalAttributeTypesTest8", "ok"),
        ("ValidUTF8StringEncodedNamesTest9", "ok"),
        ("ValidRolloverfromPrintableStringtoUTF8StringTest10", "unknown_issuer", BYTES),
        ("ValidUTF8StringCaseInsensitiveMatchTest11", "unknown_issuer", BYTES),
    ]),
    Section("4.4", "revocation", [
        ("InvalidMissingCRLTest1", "revocation_unknown"),
        ("InvalidRevokedCATest2", "revoked"),
        ("InvalidRevokedEETest3", "revoked"),
        ("InvalidBadCRLSignatureTest4", "revocation_unknown"),
        ("InvalidBadCRLIssuerNameTest5", "revocation_unknown"),
        ("InvalidWrongCRLTest6", "revocation_unknown"),
        ("ValidTwoCRLsTest7", "ok"),
        ("InvalidUnknownCRLEntryExtensionTest8", "revocation_unknown"),
        ("InvalidUnknownCRLExtensionTest9", "revocation_unknown"),
        ("InvalidUnknownCRLExtensionTest10", "revocation_unknown"),
        ("InvalidOldCRLnextUpdateTest11", "revocation_unknown"),
        ("Invalidpre2000CRLnextUpdateTest12", "revocation_unknown"),
        ("ValidGeneralizedTimeCRLnextUpdateTest13", "ok"),
        ("ValidNegativeSerialNumberTest14", "ok"),
        ("InvalidNegativeSerialNumberTest15", "revoked"),
        ("ValidLongSerialNumberTest16", "ok"),
        ("ValidLongSerialNumberTest17", "ok"),
        ("InvalidLongSerialNumberTest18", "revoked"),
        ("ValidSeparateCertificateandCRLKeysTest19", "revocation_unknown", OTHER_KEY),
        ("InvalidSeparateCertificateandCRLKeysTest20", "revocation_unknown"),
        ("InvalidSeparateCertificateandCRLKeysTest21", "revocation_unknown"),
    ]),
    Section("4.5", "self-issued certificates", [
        ("ValidBasicSelfIssuedOldWithNewTest1", "revocation_unknown", OTHER_KEY),
        ("InvalidBasicSelfIssuedOldWithNewTest2", "revocation_unknown"),
        ("ValidBasicSelfIssuedNewWithOldTest3", "revocation_unknown", OTHER_KEY),
        ("ValidBasicSelfIssuedNewWithOldTest4", "revocation_unknown", OTHER_KEY),
        ("InvalidBasicSelfIssuedNewWithOldTest5", "revocation_unknown"),
        ("ValidBasicSelfIssuedCRLSigningKeyTest6", "revocation_unknown", OTHER_KEY),
        ("InvalidBasicSelfIssuedCRLSigningKeyTest7", "revocation_unknown"),
        ("InvalidBasicSelfIssuedCRLSigningKeyTest8", "wrong_purpose"),
    ]),
    Section("4.6", "basic constraints", [
        ("InvalidMissingbasicConstraintsTest1", "wrong_purpose"),
        ("InvalidcAFalseTest2", "wrong_purpose"),
        ("InvalidcAFalseTest3", "wrong_purpose"),
        ("ValidbasicConstraintsNotCriticalTest4", "ok"),
        ("InvalidpathLenConstraintTest5", "wrong_purpose"),
        ("InvalidpathLenConstraintTest6", "wrong_purpose"),
        ("ValidpathLenConstraintTest7", "ok"),
        ("ValidpathLenConstraintTest8", "ok"),
        ("InvalidpathLenConstraintTest9", "wrong_purpose"),
        ("InvalidpathLenConstraintTest10", "wrong_purpose"),
        ("InvalidpathLenConstraintTest11", "wrong_purpose"),
        ("InvalidpathLenConstraintTest12", "wrong_purpose"),
        ("ValidpathLenConstraintTest13", "ok"),
        ("ValidpathLenConstraintTest14", "ok"),
        ("ValidSelfIssuedpathLenConstraintTest15", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedpathLenConstraintTest16", "wrong_purpose"),
        ("ValidSelfIssuedpathLenConstraintTest17", "revocation_unknown", OTHER_KEY),
    ]),
    Section("4.7", "key usage", [
        ("InvalidkeyUsageCriticalkeyCertSignFalseTest1", "wrong_purpose"),
        ("InvalidkeyUsageNotCriticalkeyCertSignFalseTest2", "wrong_purpose"),
        ("ValidkeyUsageNotCriticalTest3", "ok"),
        ("InvalidkeyUsageCriticalcRLSignFalseTest4", "revocation_unknown"),
        ("InvalidkeyUsageNotCriticalcRLSignFalseTest5", "revocation_unknown"),
    ]),
    Section("4.8", "certificate policies", [
        ("ValidCertificatePathTest1", "ok"),
        ("AllCertificatesNoPoliciesTest2", "ok"),
        ("DifferentPoliciesTest3", "ok"),
        ("DifferentPoliciesTest4", "ok", POLICIES),
        ("DifferentPoliciesTest5", "ok", POLICIES),
        ("OverlappingPoliciesTest6", "ok"),
        ("DifferentPoliciesTest7", "ok", POLICIES),
        ("DifferentPoliciesTest8", "ok", POLICIES),
        ("DifferentPoliciesTest9", "ok", POLICIES),
        ("AllCertificatesSamePoliciesTest10", "ok"),
        ("AllCertificatesanyPolicyTest11", "ok"),
        ("DifferentPoliciesTest12", "ok", POLICIES),
        ("AllCertificatesSamePoliciesTest13", "ok"),
        ("AnyPolicyTest14", "ok"),
        ("UserNoticeQualifierTest15", "ok"),
        ("UserNoticeQualifierTest16", "ok"),
        ("UserNoticeQualifierTest17", "ok"),
        ("UserNoticeQualifierTest18", "ok"),
        ("UserNoticeQualifierTest19", "ok"),
        ("CPSPointerQualifierTest20", "ok"),
    ]),
    Section("4.9", "requireExplicitPolicy", [
        ("ValidrequireExplicitPolicyTest1", "ok"),
        ("ValidrequireExplicitPolicyTest2", "ok"),
        ("InvalidrequireExplicitPolicyTest3", "ok", POLICIES),
        ("ValidrequireExplicitPolicyTest4", "ok"),
        ("InvalidrequireExplicitPolicyTest5", "ok", POLICIES),
        ("ValidSelfIssuedrequireExplicitPolicyTest6", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedrequireExplicitPolicyTest7", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedrequireExplicitPolicyTest8", "revocation_unknown", OTHER_KEY),
    ]),
    Section("4.10", "policy mappings", [
        ("ValidPolicyMappingTest1", "ok"),
        ("InvalidPolicyMappingTest2", "ok", POLICIES),
        ("ValidPolicyMappingTest3", "ok"),
        ("InvalidPolicyMappingTest4", "ok", POLICIES),
        ("ValidPolicyMappingTest5", "ok"),
        ("ValidPolicyMappingTest6", "ok"),
        ("InvalidMappingFromanyPolicyTest7", "ok", POLICIES),
        ("InvalidMappingToanyPolicyTest8", "ok", POLICIES),
        ("ValidPolicyMappingTest9", "ok"),
        ("InvalidPolicyMappingTest10", "ok", POLICIES),
        ("ValidPolicyMappingTest11", "ok"),
        ("ValidPolicyMappingTest12", "ok"),
        ("ValidPolicyMappingTest13", "ok"),
        ("ValidPolicyMappingTest14", "ok"),
    ]),
    Section("4.11", "inhibitPolicyMapping", [
        ("InvalidinhibitPolicyMappingTest1", "ok", POLICIES),
        ("ValidinhibitPolicyMappingTest2", "ok"),
        ("InvalidinhibitPolicyMappingTest3", "ok", POLICIES),
        ("ValidinhibitPolicyMappingTest4", "ok"),
        ("InvalidinhibitPolicyMappingTest5", "ok", POLICIES),
        ("InvalidinhibitPolicyMappingTest6", "ok", POLICIES),
        ("ValidSelfIssuedinhibitPolicyMappingTest7", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedinhibitPolicyMappingTest8", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedinhibitPolicyMappingTest9", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedinhibitPolicyMappingTest10", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedinhibitPolicyMappingTest11", "revocation_unknown", OTHER_KEY),
    ]),
    Section("4.12", "inhibitAnyPolicy", [
        ("InvalidinhibitAnyPolicyTest1", "ok", POLICIES),
        ("ValidinhibitAnyPolicyTest2", "ok"),
        ("inhibitAnyPolicyTest3", "ok"),
        ("InvalidinhibitAnyPolicyTest4", "ok", POLICIES),
        ("InvalidinhibitAnyPolicyTest5", "ok", POLICIES),
        ("InvalidinhibitAnyPolicyTest6", "ok", POLICIES),
        ("ValidSelfIssuedinhibitAnyPolicyTest7", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedinhibitAnyPolicyTest8", "revocation_unknown"),
        ("ValidSelfIssuedinhibitAnyPolicyTest9", "revocation_unknown", OTHER_KEY),
        ("InvalidSelfIssuedinhibitAnyPolicyTest10", "revocation_unknown"),
    ]),
    Section("4.13", "name constraints", [
        ("ValidDNnameConstraintsTest1", "ok"),
        ("InvalidDNnameConstraintsTest2", "name_constraint"),
        ("InvalidDNnameConstraintsTest3", "name_constraint"),
        ("ValidDNnameConstraintsTest4", "ok"),
        ("ValidDNnameConstraintsTest5", "ok"),
        ("ValidDNnameConstraintsTest6", "ok"),
        ("InvalidDNnameConstraintsTest7", "name_constraint"),
        ("InvalidDNnameConstraintsTest8", "name_constraint"),
        ("InvalidDNnameConstraintsTest9", "name_constraint"),
        ("InvalidDNnameConstraintsTest10", "name_constraint"),
        ("ValidDNnameConstraintsTest11", "ok"),
        ("InvalidDNnameConstraintsTest12", "name_constraint"),
        ("InvalidDNnameConstraintsTest13", "name_constraint"),
        ("ValidDNnameConstraintsTest14", "ok"),
        ("InvalidDNnameConstraintsTest15", "name_constraint"),
        ("InvalidDNnameConstraintsTest16", "name_constraint"),
        ("InvalidDNnameConstraintsTest17", "name_constraint"),
        ("ValidDNnameConstraintsTest18", "ok"),
        ("ValidDNnameConstraintsTest19", "revocation_unknown", OTHER_KEY),
        ("InvalidDNnameConstraintsTest20", "name_constraint"),
        ("ValidRFC822nameConstraintsTest21", "ok"),
        ("InvalidRFC822nameConstraintsTest22", "name_constraint"),
        ("ValidRFC822nameConstraintsTest23", "ok"),
        ("InvalidRFC822nameConstraintsTest24", "name_constraint"),
        ("ValidRFC822nameConstraintsTest25", "ok"),
        ("InvalidRFC822nameConstraintsTest26", "name_constraint"),
        ("ValidDNandRFC822nameConstraintsTest27", "ok"),
        ("InvalidDNandRFC822nameConstraintsTest28", "name_constraint"),
        ("InvalidDNandRFC822nameConstraintsTest29", "name_constraint"),
        ("ValidDNSnameConstraintsTest30", "ok"),
        ("InvalidDNSnameConstraintsTest31", "name_constraint"),
        ("ValidDNSnameConstraintsTest32", "ok"),
        ("InvalidDNSnameConstraintsTest33", "name_constraint"),
        ("ValidURInameConstraintsTest34", "ok"),
        ("InvalidURInameConstraintsTest35", "name_constraint"),
        ("ValidURInameConstraintsTest36", "ok"),
        ("InvalidURInameConstraintsTest37", "name_constraint"),
        ("InvalidDNSnameConstraintsTest38", "name_constraint"),
    ]),
    Section("4.14", "distribution points", [
        ("ValiddistributionPointTest1", "revocation_unknown", PARTIAL),
        ("InvaliddistributionPointTest2", "revocation_unknown"),
        ("InvaliddistributionPointTest3", "revocation_unknown"),
        ("ValiddistributionPointTest4", "revocation_unknown", PARTIAL),
        ("ValiddistributionPointTest5", "revocation_unknown", PARTIAL),
        ("InvaliddistributionPointTest6", "revocation_unknown"),
        ("ValiddistributionPointTest7", "revocation_unknown", PARTIAL),
        ("InvaliddistributionPointTest8", "revocation_unknown"),
        ("InvaliddistributionPointTest9", "revocation_unknown"),
        ("ValidNoissuingDistributionPointTest10", "ok"),
        ("InvalidonlyContainsUserCertsTest11", "revocation_unknown"),
        ("InvalidonlyContainsCACertsTest12", "revocation_unknown"),
        ("ValidonlyContainsCACertsTest13", "revocation_unknown", PARTIAL),
        ("InvalidonlyContainsAttributeCertsTest14", "revocation_unknown"),
        ("InvalidonlySomeReasonsTest15", "revocation_unknown"),
        ("InvalidonlySomeReasonsTest16", "revocation_unknown"),
        ("InvalidonlySomeReasonsTest17", "revocation_unknown"),
        ("ValidonlySomeReasonsTest18", "revocation_unknown", PARTIAL),
        ("ValidonlySomeReasonsTest19", "revocation_unknown", PARTIAL),
        ("InvalidonlySomeReasonsTest20", "revocation_unknown"),
        ("InvalidonlySomeReasonsTest21", "revocation_unknown"),
        ("ValidIDPwithindirectCRLTest22", "revocation_unknown", PARTIAL),
        ("InvalidIDPwithindirectCRLTest23", "revocation_unknown"),
        ("ValidIDPwithindirectCRLTest24", "revocation_unknown", PARTIAL),
        ("ValidIDPwithindirectCRLTest25", "revocation_unknown", PARTIAL),
        ("InvalidIDPwithindirectCRLTest26", "revocation_unknown"),
        ("InvalidcRLIssuerTest27", "revocation_unknown"),
        ("ValidcRLIssuerTest28", "revocation_unknown", PARTIAL),
        ("ValidcRLIssuerTest29", "revocation_unknown", PARTIAL),
        ("ValidcRLIssuerTest30", "revocation_unknown", PARTIAL),
        ("InvalidcRLIssuerTest31", "revocation_unknown"),
        ("InvalidcRLIssuerTest32", "revocation_unknown"),
        ("ValidcRLIssuerTest33", "revocation_unknown", PARTIAL),
        ("InvalidcRLIssuerTest34", "revocation_unknown"),
        ("InvalidcRLIssuerTest35", "revocation_unknown"),
    ]),
    Section("4.15", "delta lists", [
        ("InvaliddeltaCRLIndicatorNoBaseTest1", "revocation_unknown"),
        ("ValiddeltaCRLTest2", "ok"),
        ("InvaliddeltaCRLTest3", "revoked"),
        ("InvaliddeltaCRLTest4", "ok", DELTA),
        ("ValiddeltaCRLTest5", "revoked", DELTA),
        ("InvaliddeltaCRLTest6", "revoked"),
        ("ValiddeltaCRLTest7", "ok"),
        ("ValiddeltaCRLTest8", "ok"),
        ("InvaliddeltaCRLTest9", "revoked"),
        ("InvaliddeltaCRLTest10", "revocation_unknown"),
    ]),
    Section("4.16", "private extensions", [
        ("ValidUnknownNotCriticalCertificateExtensionTest1", "ok"),
        ("InvalidUnknownCriticalCertificateExtensionTest2", "critical_extension"),
    ]),
]


def _nist(end_entity: str) -> str:
    if end_entity in NIST_SAYS:
        return NIST_SAYS[end_entity]
    return "valid" if end_entity.startswith("Valid") else "invalid"


def _tests():
    for section in SECTIONS:
        for number, (end_entity, expect, *why) in enumerate(section.tests, 1):
            yield Test(section.number, number, f"PKITS {section.number}, {section.title}",
                       end_entity, f"{end_entity}.", expect, _nist(end_entity),
                       " ".join(why))


TESTS = list(_tests())
