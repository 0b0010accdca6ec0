// Translates ECMA-262 §22.2.1 into the syntax of RE2.
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "json_schema/pattern.h"

#include "base/ascii.h"

namespace wick::json_schema {
namespace {

// WhiteSpace and LineTerminator of ECMA-262 §12.2 and §12.3, and everything else.
constexpr std::string_view kSpaces =
    R"(\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNoSpaces =
    R"(\x00-\x08\x0e-\x1f\x21-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e})"
    R"(\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kAny = R"([\x00-\x{10ffff}])";
constexpr std::string_view kNothing = R"([^\x00-\x{10ffff}])";
constexpr std::string_view kNoLineEnd = R"([^\n\r\x{2028}\x{2029}])";

// Long names of general categories; RE2 knows the short ones, and scripts by their names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 38> kCategories = {{
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
}};

// One character, or a set of characters (\d, \p{L}), as allowed inside brackets.
struct Atom {
  std::string text;
  bool is_set = false;
};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::string> run() {
    while (!rest_.empty()) {
      if (!step()) return std::nullopt;
    }
    return std::move(out_);
  }

 private:
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool step();
  bool group();
  bool brackets();
  // Reads the text after a backslash; false if it has no meaning here. `in_brackets`: \b is a backspace.
  std::optional<Atom> escape(bool in_brackets);
  std::optional<Atom> property(bool negated);
  std::optional<std::uint32_t> hex(std::size_t digits);
  std::optional<std::uint32_t> unicode();

  std::string_view rest_;
  std::string out_;
};

Atom character(std::uint32_t code) {
  char buffer[16];
  const auto end = std::to_chars(buffer, std::end(buffer), code, 16).ptr;
  return {R"(\x{)" + std::string(buffer, end) + "}"};
}

bool Translator::step() {
  if (take("(")) return group();
  if (take("[")) return brackets();
  if (take(".")) {
    out_ += kNoLineEnd;
  } else if (take(R"(\)")) {
    if (rest_.starts_with('b') || rest_.starts_with('B')) {
      out_.append(R"(\)").append(rest_.substr(0, 1));
      rest_.remove_prefix(1);
      return true;
    }
    auto atom = escape(false);
    if (!atom) return false;
    out_ += atom->is_set ? "[" + atom->text + "]" : atom->text;
  } else {
    out_ += rest_.front();
    rest_.remove_prefix(1);
  }
  return true;
}

bool Translator::group() {
  out_ += '(';
  if (!take("?")) return true;
  if (take("<")) {
    // No group name follows: a lookbehind.
    if (rest_.starts_with('=') || rest_.starts_with('!')) return false;
    const auto end = rest_.find('>');
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }
  for (const char* same : {":", "i:", "i)"}) {
    if (take(same)) {
      out_.append("?").append(same);
      return true;
    }
  }
  return false;
}

bool Translator::brackets() {
  const bool negated = take("^");
  if (take("]")) {
    out_ += negated ? kAny : kNothing;
    return true;
  }
  out_ += negated ? "[^" : "[";
  // Whether the '-' is between two characters.
  bool can_begin_range = false;
  for (bool is_end_of_range = false; !take("]");) {
    if (rest_.empty()) return false;
    if (can_begin_range && !is_end_of_range && rest_.starts_with('-') && !rest_.starts_with("-]")) {
      rest_.remove_prefix(1);
      out_ += '-';
      is_end_of_range = true;
      continue;
    }
    Atom atom;
    if (take(R"(\)")) {
      auto escaped = escape(true);
      if (!escaped) return false;
      atom = std::move(*escaped);
    } else {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '[' || c == '-' || c == '^' || c == '&' || c == '~') atom.text = R"(\)";
      atom.text += c;
      // The continuation bytes of a character.
      while (static_cast<unsigned char>(c) >= 0xC0 && !rest_.empty() &&
             (static_cast<unsigned char>(rest_.front()) & 0xC0) == 0x80) {
        atom.text += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    // Next to a set the hyphen is a literal.
    if (is_end_of_range && atom.is_set) out_.insert(out_.size() - 1, R"(\)");
    out_ += atom.text;
    can_begin_range = !atom.is_set && !is_end_of_range;
    is_end_of_range = false;
  }
  out_ += ']';
  return true;
}

std::optional<Atom> Translator::escape(bool in_brackets) {
  if (rest_.empty()) return std::nullopt;
  const char c = rest_.front();
  rest_.remove_prefix(1);
  switch (c) {
    case 'd':
    case 'D':
    case 'w':
    case 'W':
      return Atom{{'\\', c}, true};
    case 's':
      return Atom{std::string(kSpaces), true};
    case 'S':
      return Atom{std::string(kNoSpaces), true};
    case 't':
    case 'n':
    case 'v':
    case 'f':
    case 'r':
      return Atom{{'\\', c}};
    case 'b':
      return in_brackets ? std::optional(character(8)) : std::nullopt;
    case '0':
      return !rest_.empty() && is_digit(rest_.front()) ? std::nullopt : std::optional(character(0));
    case 'c':
      if (rest_.empty() || !is_letter(rest_.front())) return std::nullopt;
      rest_.remove_prefix(1);
      return character(static_cast<std::uint32_t>(*(rest_.data() - 1) & 0x1F));
    case 'x':
      if (const auto code = hex(2)) return character(*code);
      return std::nullopt;
    case 'u':
      if (const auto code = unicode()) return character(*code);
      return std::nullopt;
    case 'p':
    case 'P':
      return property(c == 'P');
    default:
      break;
  }
  if (is_letter(c) || is_digit(c)) return std::nullopt;
  const bool is_plain = c == '_' || static_cast<unsigned char>(c) >= 0x80 || c < ' ';
  return Atom{is_plain ? std::string(1, c) : std::string{'\\', c}};
}

std::optional<Atom> Translator::property(bool negated) {
  const auto end = rest_.find('}');
  if (!take("{") || end == std::string_view::npos) return std::nullopt;
  std::string_view name = rest_.substr(0, end - 1);
  rest_.remove_prefix(end);
  for (const std::string_view prefix : {"General_Category=", "gc=", "Script=", "sc="}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  if (name == "ASCII") return Atom{negated ? R"(\x{80}-\x{10ffff})" : R"(\x00-\x7f)", true};
  if (name == "Cased_Letter" || name == "LC")
    return negated ? std::nullopt : std::optional(Atom{R"(\p{Lu}\p{Ll}\p{Lt})", true});
  for (const auto& [known, category] : kCategories) {
    if (known == name) name = category;
  }
  // RE2 itself rejects unknown names.
  return Atom{(negated ? R"(\P{)" : R"(\p{)") + std::string(name) + "}", true};
}

std::optional<std::uint32_t> Translator::hex(std::size_t digits) {
  if (rest_.size() < digits) return std::nullopt;
  std::uint32_t code = 0;
  const char* const end = rest_.data() + digits;
  const auto read = std::from_chars(rest_.data(), end, code, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  rest_.remove_prefix(digits);
  return code;
}

std::optional<std::uint32_t> Translator::unicode() {
  std::optional<std::uint32_t> code;
  if (take("{")) {
    const auto end = rest_.find('}');
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    code = hex(end);
    if (!code) return std::nullopt;
    rest_.remove_prefix(1);
    if (*code > 0x10FFFF) return std::nullopt;
  } else {
    code = hex(4);
  }
  if (code && *code >= 0xD800 && *code < 0xDC00 && take(R"(\u)")) {
    const auto low = hex(4);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
    return 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
  }
  // An unpaired surrogate, which UTF-8 cannot encode.
  if (code && *code >= 0xD800 && *code <= 0xDFFF) return std::nullopt;
  return code;
}

}  // namespace

std::optional<std::string> to_re2(std::string_view pattern) {
  return Translator(pattern).run();
}

}  // namespace wick::json_schema
