// Text that may hold anything, made fit for formats that may not.

#ifndef TANDEM_CONFORMANCE_SUITE_ESCAPE_H_
#define TANDEM_CONFORMANCE_SUITE_ESCAPE_H_

#include <string>
#include <string_view>

namespace tandem::conformance {

/// Returns `text` as UTF-8 that can be shown: control characters but tab and line feed, and bytes
/// that are not UTF-8, become \x and two digits.
std::string Printable(std::string_view text);

/// Returns `text` for an element or an attribute of XML.
std::string XmlText(std::string_view text);

/// Returns `text` as a string of JSON, with its quotes. YAML reads it too.
std::string JsonString(std::string_view text);

/// Returns `text` as one word of a shell's command line: in quotes if it needs them.
std::string ShellWord(std::string_view text);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_ESCAPE_H_
