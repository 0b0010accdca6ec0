// parse_json(): Boost.JSON's tokenizer with a handler of our own, which keeps every number exactly.
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The limit of json_number.h that a number exceeds.
enum class NumberLimit { kNone, kChars, kExponent };

// Builds the value. The parser gets the whole text at once, so each number arrives in one piece.
class Handler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  Handler(unsigned char* memory, std::size_t size) : stack_({}, memory, size) { stack_.reset(); }

  json::value release() { return stack_.release(); }
  NumberLimit exceeded() const { return exceeded_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t members, json::error_code&) {
    stack_.push_object(members);
    return true;
  }
  bool on_array_end(std::size_t items, json::error_code&) {
    stack_.push_array(items);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_int64(std::int64_t number, json::string_view text, json::error_code&) {
    if (number == 0 && text[0] == '-') {
      stack_.push_double(-0.0);
    } else {
      stack_.push_int64(number);
    }
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  // Called for all other numbers; the double is not exact.
  bool on_double(double, json::string_view text, json::error_code& error) {
    if (text.size() > kMaxNumberChars) return refuse(NumberLimit::kChars, error);
    if (const auto number = double_carrying(text)) {
      stack_.push_double(*number);
    } else if (!is_number_text(text)) {
      return refuse(NumberLimit::kExponent, error);
    } else {
      stack_.push_chars({&kLongNumberMark, 1});
      stack_.push_string(text);
    }
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(NumberLimit limit, json::error_code& error) {
    exceeded_ = limit;
    error = json::error::syntax;
    return false;
  }

  json::value_stack stack_;
  NumberLimit exceeded_ = NumberLimit::kNone;
};

struct Failure {
  json::error_code code;
  std::size_t at = 0;
  NumberLimit exceeded = NumberLimit::kNone;
};

std::expected<json::value, Failure> parse(std::string_view text, std::size_t max_depth) {
  json::parse_options options;
  options.max_depth = max_depth;
  unsigned char memory[4096];
  json::basic_parser<Handler> parser(options, memory, sizeof memory);
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error) {
    const bool tokenizer_refused = error == json::error::exponent_overflow;
    return std::unexpected(
        Failure{error, read, tokenizer_refused ? NumberLimit::kExponent : parser.handler().exceeded()});
  }
  return parser.handler().release();
}

// The value of four hex digits at the beginning; nullopt if there are none.
std::optional<unsigned> code_unit(std::string_view text) {
  unsigned unit = 0;
  if (text.size() < 4) return std::nullopt;
  const auto read = std::from_chars(text.data(), text.data() + 4, unit, 16);
  return read.ptr == text.data() + 4 ? std::optional(unit) : std::nullopt;
}

// Replaces the escapes of unpaired surrogates by the escape of U+FFFD, which has the same length. False if
// there were none.
bool replace_lone_surrogates(std::string& text) {
  bool changed = false;
  const std::string_view all = text;
  for (std::size_t at = all.find('\\'); at < all.size(); at = all.find('\\', at)) {
    const auto unit = all.substr(at).starts_with("\\u") ? code_unit(all.substr(at + 2)) : std::nullopt;
    if (!unit || *unit < 0xD800 || *unit > 0xDFFF) {
      at += 2;
      continue;
    }
    const std::string_view next = all.substr(at + 6);
    const auto low = next.starts_with("\\u") ? code_unit(next.substr(2)) : std::nullopt;
    if (*unit < 0xDC00 && low && *low >= 0xDC00 && *low <= 0xDFFF) {
      at += 12;
      continue;
    }
    text.replace(at + 2, 4, "fffd");
    changed = true;
    at += 6;
  }
  return changed;
}

// The text with all permitted replacements; nullopt if there is nothing to replace.
std::optional<std::string> mended(std::string_view text, InvalidUtf8 invalid) {
  const bool is_invalid = invalid == InvalidUtf8::kReplace && !is_valid_utf8(text);
  std::string out = is_invalid ? replace_invalid_utf8(text) : std::string(text);
  const bool changed = replace_lone_surrogates(out);
  return changed || is_invalid ? std::optional(std::move(out)) : std::nullopt;
}

// Most texts need no replacements, so these are tried only after parsing has failed.
std::expected<json::value, Failure> parse_mended(std::string_view text, InvalidUtf8 invalid,
                                                 std::size_t max_depth) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto value = parse(text, max_depth);
  if (value || value.error().code == json::error::too_deep || value.error().exceeded != NumberLimit::kNone)
    return value;
  if (const auto better = mended(text, invalid)) return parse(*better, max_depth);
  return value;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, InvalidUtf8 invalid) {
  auto value = parse_mended(text, invalid, kMaxJsonDepth);
  if (value) return *std::move(value);
  const Failure& failure = value.error();
  if (failure.code == json::error::too_deep) {
    return fail(ErrorCode::kInvalidArgument,
                "The JSON is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels.");
  }
  if (failure.exceeded == NumberLimit::kExponent) {
    return fail(ErrorCode::kInvalidArgument,
                "A number in the JSON has an exponent beyond " + std::to_string(kMaxNumberExponent) + ".");
  }
  if (failure.exceeded == NumberLimit::kChars) {
    return fail(ErrorCode::kInvalidArgument,
                "A number in the JSON is longer than " + std::to_string(kMaxNumberChars) + " characters.");
  }
  return fail(ErrorCode::kInvalidArgument, "This is not valid JSON (" + failure.code.message() +
                                               " near byte " + std::to_string(failure.at) + ").");
}

json::value parse_trusted_json(std::string_view text) {
  // A value that was let in is a part of our own.
  auto value = parse_mended(text, InvalidUtf8::kRefuse, 4 * kMaxJsonDepth);
  return value ? *std::move(value) : json::value(nullptr);
}

}  // namespace wick
