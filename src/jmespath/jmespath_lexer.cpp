#include "jmespath/jmespath_lexer.h"

#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/text.h"

namespace wick::jmespath {
namespace {

struct Sign {
  std::string_view text;
  TokenType type;
};
// Longer signs come before their prefixes.
constexpr Sign kSigns[] = {
    {"[]", TokenType::kFlatten},
    {"[?", TokenType::kFilter},
    {"||", TokenType::kOr},
    {"&&", TokenType::kAnd},
    {"==", TokenType::kEqual},
    {"!=", TokenType::kNotEqual},
    {"<=", TokenType::kLessOrEqual},
    {">=", TokenType::kGreaterOrEqual},
    {".", TokenType::kDot},
    {"*", TokenType::kStar},
    {"[", TokenType::kOpenBracket},
    {"]", TokenType::kCloseBracket},
    {"{", TokenType::kOpenBrace},
    {"}", TokenType::kCloseBrace},
    {"(", TokenType::kOpenParenthesis},
    {")", TokenType::kCloseParenthesis},
    {",", TokenType::kComma},
    {":", TokenType::kColon},
    {"@", TokenType::kCurrent},
    {"&", TokenType::kReference},
    {"!", TokenType::kNot},
    {"|", TokenType::kPipe},
    {"<", TokenType::kLess},
    {">", TokenType::kGreater},
};

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::unexpected<Error> invalid_token(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> read() {
    std::vector<Token> out;
    while (true) {
      while (at_ < text_.size() && is_space(text_[at_])) step();
      Token token;
      token.character = character_;
      const std::size_t begin = at_;
      if (at_ == text_.size()) {
        out.push_back(std::move(token));
        return out;
      }
      WICK_CHECK(read_token(token));
      token.source = text_.substr(begin, at_ - begin);
      out.push_back(std::move(token));
    }
  }

 private:
  void step() {
    ++at_;
    const bool inside = at_ < text_.size() && (static_cast<unsigned char>(text_[at_]) & 0xC0) == 0x80;
    if (!inside) ++character_;
  }
  std::string here(std::size_t character) const { return " at character " + std::to_string(character); }

  Result<void> read_token(Token& token) {
    const char c = text_[at_];
    if (is_name_start(c)) {
      token.type = TokenType::kName;
      while (at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_]))) {
        token.name += text_[at_];
        step();
      }
      return {};
    }
    if (c == '"' || c == '\'' || c == '`') return read_quoted(token, c);
    const bool negative = c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
    if (is_digit(c) || negative) {
      token.type = TokenType::kNumber;
      const std::size_t begin = at_;
      step();
      while (at_ < text_.size() && is_digit(text_[at_])) step();
      const auto read = std::from_chars(text_.data() + begin, text_.data() + at_, token.number);
      if (read.ec != std::errc())
        return invalid_token("The number" + here(token.character) + " is too large for an index.");
      return {};
    }
    for (const Sign& sign : kSigns) {
      if (!text_.substr(at_).starts_with(sign.text)) continue;
      token.type = sign.type;
      for (std::size_t i = 0; i < sign.text.size(); ++i) step();
      return {};
    }
    if (c == '=')
      return invalid_token("Write == to compare: there is a single =" + here(token.character) + ".");
    if (c == '$') {
      return invalid_token(
          "The $" + here(token.character) +
          " belongs to JSONPath. In JMESPath a path begins with a name, and @ is the whole value.");
    }
    std::size_t end = at_ + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
    return invalid_token("\"" + printable(text_.substr(at_, end - at_)) + "\"" + here(token.character) +
                         " has no meaning in JMESPath. Put names with other characters than letters, digits "
                         "and _ in double quotes.");
  }

  // Reads "name" with the escapes of JSON, 'text' with the escape \', or `JSON` with the escape \`.
  Result<void> read_quoted(Token& token, char quote) {
    step();
    std::string inside;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        const bool is_escaped_quote = quote != '"' && text_[at_ + 1] == quote;
        if (!is_escaped_quote) inside += '\\';
        step();
      }
      // Continuation bytes of a character follow one by one.
      inside += text_[at_];
      step();
    }
    if (at_ == text_.size()) {
      return invalid_token(std::string("The ") + quote + here(token.character) +
                           " is not closed: the expression ends before the next " + quote + ".");
    }
    step();
    if (quote == '\'') {
      token.type = TokenType::kLiteral;
      token.literal = inside;
      return {};
    }
    auto value = parse_json(quote == '"' ? "\"" + inside + "\"" : inside);
    if (!value) {
      const std::string what = quote == '"' ? "The name" : "What is between ` and `, which must be JSON,";
      return invalid_token(what + here(token.character) + " cannot be read. " + value.error().message);
    }
    if (quote == '"') {
      token.type = TokenType::kQuotedName;
      token.name = std::string_view(value->get_string());
    } else {
      token.type = TokenType::kLiteral;
      token.literal = std::move(*value);
    }
    return {};
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t character_ = 1;
};

}  // namespace

Result<std::vector<Token>> read_tokens(std::string_view expression) {
  return Lexer(expression).read();
}

}  // namespace wick::jmespath
