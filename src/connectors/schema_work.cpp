#include "connectors/schema_work.h"

#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/text.h"
#include "connectors/template_text.h"

namespace wick {
namespace {

constexpr std::size_t kBytesOfAStep = 64;

class Counter {
 public:
  Counter(const json::value& root, std::size_t max_steps) : root_(root), max_steps_(max_steps) {}

  // False once a limit is exceeded.
  bool visit(const json::value& schema, const json::value& value);

  std::size_t steps = 0;
  bool is_too_deep = false;

 private:
  bool add(std::size_t more) {
    steps += more;
    return steps <= max_steps_;
  }
  // All of `value`, as when it is compared.
  bool add_whole(const json::value& value);
  bool visit_reference(std::string_view reference, const json::value& value);
  bool visit_keyword(std::string_view keyword, const json::value& said, const json::object& schema,
                     const json::value& value);
  bool visit_members(const json::value& said, const json::value& value);
  bool visit_others(const json::value& said, const json::object& schema, const json::value& value);
  bool visit_items(const json::value& said, const json::object& schema, const json::value& value);
  bool visit_each(const json::value& branches, const json::value& value);

  const json::value& root_;
  const std::size_t max_steps_;
  std::size_t nesting_ = 0;
};

bool Counter::add_whole(const json::value& value) {
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) {
      if (!add_whole(item)) return false;
    }
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (!add(member.key().size() / kBytesOfAStep) || !add_whole(member.value())) return false;
    }
  }
  return add(1 + (value.is_string() ? value.get_string().size() / kBytesOfAStep : 0));
}

bool Counter::visit(const json::value& schema, const json::value& value) {
  const auto* object = schema.if_object();
  if (!add(1)) return false;
  if (object == nullptr) return true;
  if (nesting_ >= kMaxSchemaNesting) {
    is_too_deep = true;
    return false;
  }
  ++nesting_;
  bool within = true;
  const auto* reference = object->if_contains("$ref");
  if (reference != nullptr && reference->is_string()) {  // up to draft 7 its neighbours do not count
    within = visit_reference(reference->get_string(), value);
  } else {
    for (const auto& member : *object) {
      within = within && add(1) && visit_keyword(member.key(), member.value(), *object, value);
    }
  }
  --nesting_;
  return within;
}

bool Counter::visit_reference(std::string_view reference, const json::value& value) {
  if (!add(1 + reference.size() / kBytesOfAStep)) return false;
  const auto hash = reference.find('#');
  const auto pointer = percent_decode(hash == std::string_view::npos ? "" : reference.substr(hash + 1));
  const json::value* target = pointer ? at_pointer(root_, *pointer) : nullptr;
  return target == nullptr || visit(*target, value);
}

bool Counter::visit_keyword(std::string_view keyword, const json::value& said, const json::object& schema,
                            const json::value& value) {
  if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf" || keyword == "type")
    return visit_each(said, value);
  if (keyword == "not" || keyword == "if" || keyword == "then" || keyword == "else")
    return visit(said, value);
  if (keyword == "properties") return visit_members(said, value);
  if (keyword == "additionalProperties") return visit_others(said, schema, value);
  if (keyword == "items" || keyword == "additionalItems" || keyword == "contains")
    return visit_items(said, schema, value);
  if (keyword == "enum" || keyword == "const") return add_whole(said);
  if (keyword == "required") return add(said.is_array() ? said.get_array().size() : 1);
  if (keyword == "minLength" || keyword == "maxLength")
    return add(value.is_string() ? value.get_string().size() / kBytesOfAStep : 0);
  if (keyword == kUniqueItems) return !value.is_array() || add_whole(value);
  if (keyword == "propertyNames" && value.is_object()) {
    for (const auto& member : value.get_object()) {
      if (!visit(said, json::value(member.key()))) return false;
    }
  }
  if (keyword == "dependencies" && said.is_object() && value.is_object()) {
    for (const auto& member : said.get_object()) {
      const bool is_list = member.value().is_array();
      if (!add(is_list ? member.value().get_array().size() : 1)) return false;
      if (!is_list && !visit(member.value(), value)) return false;
    }
  }
  return true;
}

bool Counter::visit_members(const json::value& said, const json::value& value) {
  if (!said.is_object() || !value.is_object()) return true;
  for (const auto& member : said.get_object()) {
    const auto* found = value.get_object().if_contains(member.key());
    if (!add(1) || (found != nullptr && !visit(member.value(), *found))) return false;
  }
  return true;
}

bool Counter::visit_others(const json::value& said, const json::object& schema, const json::value& value) {
  if (!value.is_object()) return true;
  const auto* properties = schema.if_contains("properties");
  const auto* named = properties == nullptr ? nullptr : properties->if_object();
  for (const auto& member : value.get_object()) {
    if (!add(1)) return false;
    const bool is_named = named != nullptr && named->contains(member.key());
    if (!is_named && !visit(said, member.value())) return false;
  }
  return true;
}

bool Counter::visit_items(const json::value& said, const json::object& schema, const json::value& value) {
  if (!value.is_array()) return true;
  const json::array& items = value.get_array();
  // A list of schemas is one for each place; `additionalItems` is for what is behind it.
  const auto* list = said.if_array();
  const auto* places = schema.if_contains("items");
  const bool is_rest = places != nullptr && &said != places && &said == schema.if_contains("additionalItems");
  std::size_t first = 0;
  if (is_rest) first = places->is_array() ? places->get_array().size() : items.size();
  for (std::size_t i = first; i < items.size(); ++i) {
    if (list != nullptr && i >= list->size()) break;
    if (!visit(list != nullptr ? (*list)[i] : said, items[i])) return false;
  }
  return true;
}

bool Counter::visit_each(const json::value& branches, const json::value& value) {
  const auto* list = branches.if_array();
  if (list == nullptr) return true;
  for (const auto& branch : *list) {
    if (!visit(branch, value)) return false;
  }
  return true;
}

}  // namespace

Result<std::size_t> schema_work(const json::value& schema, const json::value& value, std::size_t max_steps) {
  Counter counter(schema, max_steps);
  if (counter.visit(schema, value)) return counter.steps;
  if (counter.is_too_deep) {
    return fail(ErrorCode::kInvalidArgument, "The schema nests more than " +
                                                 std::to_string(kMaxSchemaNesting) +
                                                 " schemas for one value, or is defined by itself.");
  }
  return fail(ErrorCode::kTooLarge, "The arguments take more than " + std::to_string(max_steps) +
                                        " steps to hold against the input schema: send fewer values.");
}

}  // namespace wick
