#include <algorithm>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/text.h"
#include "connectors/input_schema.h"
#include "json_schema/lenient_reading.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

using json_schema::CompiledSchema;
using json_schema::Verdict;

std::optional<bool> fits(const json::value& schema, const json::value& value);

// nullopt where the keyword is not known here, or not as it is written.
using Fit = std::optional<bool>;

Fit has_type(const json::value& value, const json::value& said) {
  if (!said.is_string()) return std::nullopt;
  const std::string_view type = said.get_string();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return is_text(value);
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "number") return is_number(value);
  if (type == "integer")
    return is_number(value) && number_text(value).find_first_of(".eE") == std::string::npos ? Fit(true)
           : is_number(value)                                                               ? std::nullopt
                                                                                            : Fit(false);
  return std::nullopt;
}

// All of them, each once; nullopt when one is not known.
Fit all_of(const json::array& schemas, const json::value& value, std::size_t& fitting) {
  for (const auto& schema : schemas) {
    const Fit one = fits(schema, value);
    if (!one) return std::nullopt;
    fitting += *one ? 1 : 0;
  }
  return fitting == schemas.size();
}

Fit branches(std::string_view keyword, const json::value& said, const json::value& value) {
  if (!said.is_array() || said.get_array().empty()) return std::nullopt;
  std::size_t fitting = 0;
  const Fit all = all_of(said.get_array(), value, fitting);
  if (!all || keyword == "allOf") return all;
  return keyword == "anyOf" ? fitting > 0 : fitting == 1;
}

Fit properties(const json::object& schema, const json::value& value) {
  const auto* said = schema.if_contains("properties");
  if (said != nullptr && !said->is_object()) return std::nullopt;
  const json::object named = said == nullptr ? json::object() : said->get_object();
  for (const auto& property : named) {
    if (!fits(property.value(), nullptr)) return std::nullopt;
  }
  const auto* rest = schema.if_contains("additionalProperties");
  if (rest != nullptr && !fits(*rest, nullptr)) return std::nullopt;
  if (!value.is_object()) return true;
  bool good = true;
  for (const auto& member : value.get_object()) {
    const auto* own = named.if_contains(member.key());
    if (own == nullptr) own = rest;
    if (own == nullptr) continue;
    const Fit one = fits(*own, member.value());
    if (!one) return std::nullopt;
    good = good && *one;
  }
  return good;
}

Fit items(const json::object& schema, const json::value& value) {
  const auto* said = schema.if_contains("prefixItems");
  if (said != nullptr && !said->is_array()) return std::nullopt;
  const json::array prefix = said == nullptr ? json::array() : said->get_array();
  for (const auto& one : prefix) {
    if (!fits(one, nullptr)) return std::nullopt;
  }
  const auto* rest = schema.if_contains("items");
  if (rest != nullptr && !fits(*rest, nullptr)) return std::nullopt;
  if (!value.is_array()) return true;
  bool good = true;
  for (std::size_t i = 0; i < value.get_array().size(); ++i) {
    const json::value* own = i < prefix.size() ? &prefix[i] : rest;
    if (own == nullptr) continue;
    const Fit one = fits(*own, value.get_array()[i]);
    if (!one) return std::nullopt;
    good = good && *one;
  }
  return good;
}

Fit required(const json::value& said, const json::value& value) {
  if (!said.is_array()) return std::nullopt;
  bool good = true;
  for (const auto& name : said.get_array()) {
    if (!is_text(name)) return std::nullopt;
    good = good && (!value.is_object() || value.get_object().contains(name.get_string()));
  }
  return good;
}

Fit counted(std::string_view keyword, const json::value& said, const json::value& value) {
  if (!said.is_int64() || said.get_int64() < 0) return std::nullopt;
  const auto limit = static_cast<std::size_t>(said.get_int64());
  if (keyword == "maxItems") return !value.is_array() || value.get_array().size() <= limit;
  return !value.is_object() || value.get_object().size() >= limit;
}

Fit unique(const json::value& said, const json::value& value) {
  if (!said.is_bool()) return std::nullopt;
  if (!said.get_bool() || !value.is_array()) return true;
  const json::array& all = value.get_array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (is_number(all[i]) || all[i].is_structured()) return std::nullopt;
      if (all[i] == all[k]) return false;
    }
  }
  return true;
}

Fit keyword_fits(std::string_view keyword, const json::value& said, const json::object& schema,
                 const json::value& value) {
  if (keyword == "type") return has_type(value, said);
  if (keyword == "properties" || keyword == "additionalProperties") return properties(schema, value);
  if (keyword == "items" || keyword == "prefixItems") return items(schema, value);
  if (keyword == "required") return required(said, value);
  if (keyword == "maxItems" || keyword == "minProperties") return counted(keyword, said, value);
  if (keyword == "uniqueItems") return unique(said, value);
  if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") return branches(keyword, said, value);
  if (keyword == "not") {
    const Fit one = fits(said, value);
    return one ? Fit(!*one) : std::nullopt;
  }
  if (keyword == "minimum" && said.is_int64()) return !is_number(value) || compare_numbers(value, said) >= 0;
  if (keyword == "const" && is_text(said)) return is_text(value) && value.get_string() == said.get_string();
  if (keyword == "description" || keyword == "format") return true;
  return std::nullopt;
}

// Whether `value` fits; nullopt where the schema says something that is not known here.
Fit fits(const json::value& schema, const json::value& value) {
  if (schema.is_bool()) return schema.get_bool();
  const auto* object = schema.if_object();
  if (object == nullptr) return std::nullopt;
  bool good = true;
  for (const auto& member : *object) {
    const Fit one = keyword_fits(member.key(), member.value(), *object, value);
    if (!one) return std::nullopt;
    good = good && *one;
  }
  return good;
}

// Whether the pointer leads to a value, or to a member that an object could have.
bool leads_somewhere(const json::value& root, std::string_view pointer) {
  const json::value* at = &root;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    std::string token(pointer.substr(0, end));
    pointer.remove_prefix(end);
    replace_all(token, "~1", "/");
    replace_all(token, "~0", "~");
    if (at->is_object()) {
      const auto* next = at->get_object().if_contains(token);
      if (next == nullptr) return pointer.empty();
      at = next;
    } else {
      if (!at->is_array() || std::stoul(token) >= at->get_array().size()) return false;
      at = &at->get_array()[std::stoul(token)];
    }
  }
  return true;
}

Verdict verdict_of(const char* keyword, const json::value& schema, const json::value& value) {
  json::object around;
  around[keyword] = std::string_view(keyword) == "not" ? schema : json::value(json::array{schema, schema});
  const auto compiled = CompiledSchema::compile(around);
  return compiled ? (*compiled)->validate(value).verdict : Verdict::kTooDeep;
}

void check_errors(const json_schema::Outcome& outcome, const json::value& value) {
  FUZZ_CHECK(outcome.errors.size() <= json_schema::kMaxSchemaErrors);
  FUZZ_CHECK(outcome.errors.empty() || outcome.verdict == Verdict::kInvalid);
  for (const auto& error : outcome.errors) {
    FUZZ_CHECK(is_valid_utf8(error.message) && error.message.ends_with('.') && error.message.size() < 5000);
    FUZZ_CHECK(leads_somewhere(value, error.pointer));
  }
}

// What is known of any schema: an alternative to itself changes nothing, and what does not fit fits its opposite.
void check_laws(const json::value& schema, const json::value& value, Verdict verdict) {
  if (verdict != Verdict::kValid && verdict != Verdict::kInvalid) return;
  for (const char* keyword : {"allOf", "anyOf"}) {
    const Verdict same = verdict_of(keyword, schema, value);
    FUZZ_CHECK(same == verdict || same == Verdict::kTooManySteps || same == Verdict::kTooDeep);
  }
  if (verdict == Verdict::kInvalid) FUZZ_CHECK(verdict_of("not", schema, value) != Verdict::kInvalid);
}

}  // namespace

// The first line is a schema, the rest the value. Whatever the two are, it ends within the steps allowed; where a
// schema says only what the reference above knows, both say the same.
void fuzz_schema(std::string_view data) {
  Input input(data);
  const std::string_view text = input.until('\n');
  const auto schema = parse_json(text);
  auto value = parse_json(input.rest());
  if (!schema || !value || !schema->is_object()) return;
  const auto compiled = CompiledSchema::compile(*schema);
  if (!compiled) {
    FUZZ_CHECK(!compiled.error().message.empty());
    return;
  }
  const auto outcome = (*compiled)->validate(*value);
  check_errors(outcome, *value);
  const bool is_decided = outcome.verdict == Verdict::kValid || outcome.verdict == Verdict::kInvalid;
  const auto expected = fits(*schema, *value);
  if (expected && is_decided) FUZZ_CHECK((outcome.verdict == Verdict::kValid) == *expected);
  // References and dialects would mean something else inside of another schema.
  if (text.find('$') == text.npos && text.find('\\') == text.npos)
    check_laws(*schema, *value, outcome.verdict);
  json::value arguments = *value;
  const auto checked = check_arguments(**compiled, arguments, ArgumentCheck::kStrict);
  if (outcome.verdict == Verdict::kValid) FUZZ_CHECK(checked && arguments == *value);
  const auto passed_on = check_arguments(**compiled, arguments, ArgumentCheck::kLenient);
  if (checked) FUZZ_CHECK(passed_on || passed_on.error().code == ErrorCode::kTooLarge);
}

}  // namespace wick::fuzz
