// The tokens of a JMESPath expression, for jmespath_parser.cpp. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace wick::jmespath {

enum class TokenType {
  kEnd,
  kName,
  kQuotedName,
  kLiteral,
  kNumber,
  kDot,
  kStar,
  kFlatten,
  kFilter,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kOpenParenthesis,
  kCloseParenthesis,
  kComma,
  kColon,
  kCurrent,
  kReference,
  kNot,
  kOr,
  kAnd,
  kPipe,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
};

struct Token {
  TokenType type = TokenType::kEnd;
  std::size_t character = 1;  // position in the expression, counted from 1
  std::string_view source;    // the token as it is written
  std::string name;           // of kName and kQuotedName
  json::value literal;        // of kLiteral
  std::int32_t number = 0;    // of kNumber
};

// The tokens of `expression`, which is valid UTF-8 and outlives them. The last token is kEnd.
// Errors: kInvalidArgument  with the position of the character and a correction
Result<std::vector<Token>> read_tokens(std::string_view expression);

}  // namespace wick::jmespath
