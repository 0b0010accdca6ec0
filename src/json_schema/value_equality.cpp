#include "json_schema/value_equality.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "base/json_number.h"
#include "base/keyed_hash.h"
#include "json_schema/json_kind.h"

namespace wick::json_schema {

namespace {

std::uint64_t mix(char tag, std::uint64_t first, std::uint64_t second = 0) {
  char buffer[1 + 2 * sizeof(std::uint64_t)];
  buffer[0] = tag;
  std::memcpy(buffer + 1, &first, sizeof first);
  std::memcpy(buffer + 1 + sizeof first, &second, sizeof second);
  return keyed_hash({buffer, sizeof buffer});
}

bool are_equal_numbers(const json::value& a, const json::value& b) {
  if (a.is_int64() && b.is_int64()) return a.get_int64() == b.get_int64();
  return decimal_of(a) == decimal_of(b);
}

std::uint64_t hash_of_number(const json::value& number) {
  const Decimal decimal = decimal_of(number);
  return mix(decimal.negative ? '-' : '+', keyed_hash(decimal.digits),
             static_cast<std::uint64_t>(decimal.exponent));
}

}  // namespace

bool are_equal(const json::value& a, const json::value& b) {
  const Kind kind = kind_of(a);
  if (kind_of(b) != kind) return false;
  switch (kind) {
    case kNull:
      return true;
    case kBoolean:
      return a.get_bool() == b.get_bool();
    case kString:
      return a.get_string() == b.get_string();
    case kArray:
      return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(),
                        b.get_array().end(), are_equal);
    case kObject: {
      const json::object& other = b.get_object();
      if (a.get_object().size() != other.size()) return false;
      return std::all_of(a.get_object().begin(), a.get_object().end(), [&](const auto& member) {
        const json::value* found = other.if_contains(member.key());
        return found != nullptr && are_equal(member.value(), *found);
      });
    }
    default:
      return are_equal_numbers(a, b);
  }
}

std::uint64_t hash_of(const json::value& value) {
  switch (kind_of(value)) {
    case kNull:
      return mix('0', 0);
    case kBoolean:
      return mix('b', value.get_bool() ? 1 : 0);
    case kString:
      return mix('s', keyed_hash(std::string_view(value.get_string())));
    case kArray: {
      std::uint64_t hash = mix('a', value.get_array().size());
      for (const auto& item : value.get_array()) hash = mix(',', hash, hash_of(item));
      return hash;
    }
    case kObject: {
      std::uint64_t sum = value.get_object().size();
      for (const auto& member : value.get_object())
        sum += mix(':', keyed_hash(std::string_view(member.key())), hash_of(member.value()));
      return mix('o', sum);
    }
    default:
      return hash_of_number(value);
  }
}

std::size_t steps_of(const json::value& value, std::size_t max) {
  std::size_t steps = 1;
  if (const auto* text = value.if_string()) return steps + text->size() / kBytesPerStep;
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) {
      if (steps > max) break;
      steps += steps_of(item, max - steps);
    }
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (steps > max) break;
      steps += member.key().size() / kBytesPerStep + steps_of(member.value(), max - steps);
    }
  }
  return steps;
}

}  // namespace wick::json_schema
