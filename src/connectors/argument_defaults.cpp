#include "connectors/argument_defaults.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

constexpr std::size_t kMaxNesting = 64;  // references and branches that lead to one schema

// Goes through the schemas of one object, each once.
class DefaultFinder {
 public:
  DefaultFinder(const json::object& root, json::object& arguments) : root_(root), arguments_(arguments) {}

  // Sets what is absent and named in `names`, or anything when that is null.
  void fill(const json::object& schema, const std::set<std::string_view>* names, std::size_t nesting = 0) {
    if (nesting > kMaxNesting || !seen_.insert(&schema).second) return;
    if (const auto* properties = schema.if_contains("properties");
        properties != nullptr && properties->is_object()) {
      for (const auto& member : properties->get_object()) {
        if (arguments_.contains(member.key()) || (names != nullptr && !names->contains(member.key())))
          continue;
        if (const auto* value = default_of(member.value())) arguments_[member.key()] = *value;
      }
    }
    each_part(schema, [&](const json::value& part) {
      if (const auto* object = part.if_object()) fill(*object, names, nesting + 1);
      return false;
    });
  }

 private:
  const json::value* default_of(const json::value& schema, std::size_t nesting = 0) {
    const auto* object = schema.if_object();
    if (object == nullptr || nesting > kMaxNesting) return nullptr;
    if (const auto* value = object->if_contains("default")) return value;
    const auto [known, is_new] = known_.try_emplace(object, nullptr);
    if (!is_new) return known->second;
    each_part(*object, [&](const json::value& part) {
      known->second = default_of(part, nesting + 1);
      return known->second != nullptr;
    });
    return known->second;
  }

  // The schemas that hold for the same value, until `stop` says so.
  template <typename Stop>
  void each_part(const json::object& schema, Stop stop) {
    if (const auto* reference = schema.if_contains("$ref"); reference != nullptr && reference->is_string()) {
      const auto* found = target(std::string_view(reference->get_string()));
      if (found != nullptr && stop(*found)) return;
    }
    const auto* all = schema.if_contains("allOf");
    if (all == nullptr || !all->is_array()) return;
    std::any_of(all->get_array().begin(), all->get_array().end(), stop);
  }

  // Of a reference into the schema itself, "#/$defs/name".
  const json::value* target(std::string_view reference) const {
    const auto pointer = reference.starts_with("#/") ? percent_decode(reference.substr(2)) : std::nullopt;
    if (!pointer) return nullptr;
    const auto slash = std::min(pointer->find('/'), pointer->size());
    const auto* first = root_.if_contains(std::string_view(*pointer).substr(0, slash));
    return first == nullptr ? nullptr : at_pointer(*first, std::string_view(*pointer).substr(slash));
  }

  const json::object& root_;
  json::object& arguments_;
  std::set<const json::object*> seen_;
  std::map<const json::object*, const json::value*> known_;
};

}  // namespace

json::object with_defaults(const json::object& schema, json::object arguments, Defaults which) {
  if (which == Defaults::kAll) {
    DefaultFinder(schema, arguments).fill(schema, nullptr);
    return arguments;
  }
  const auto* required = schema.if_contains("required");
  if (required == nullptr || !required->is_array()) return arguments;
  std::set<std::string_view> absent;
  for (const auto& name : required->get_array()) {
    if (name.is_string() && !arguments.contains(name.get_string())) absent.emplace(name.get_string());
  }
  if (!absent.empty()) DefaultFinder(schema, arguments).fill(schema, &absent);
  return arguments;
}

}  // namespace wick
