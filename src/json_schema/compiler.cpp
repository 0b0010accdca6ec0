#include "json_schema/compiler.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "base/uri_reference.h"
#include "json_schema/value_equality.h"

namespace wick::json_schema {
namespace {

constexpr std::size_t kMaxShownValueBytes = 100;
constexpr std::size_t kShortList = 8;  // values compared one by one

template <typename Rules>
Rules& ensure(std::unique_ptr<Rules>& rules) {
  if (rules == nullptr) rules = std::make_unique<Rules>();
  return *rules;
}

std::unique_ptr<ValueRules> value_rules(std::vector<json::value> values) {
  auto rules = std::make_unique<ValueRules>();
  rules->values = std::move(values);
  if (rules->values.size() > kShortList) {
    for (std::uint32_t i = 0; i < rules->values.size(); ++i)
      rules->by_hash.emplace_back(hash_of(rules->values[i]), i);
    std::sort(rules->by_hash.begin(), rules->by_hash.end());
  }
  return rules;
}

const json::value* find(const json::object& schema, std::string_view keyword) {
  return schema.if_contains(keyword);
}

bool is_true(const json::value* value) {
  return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace

Result<std::unique_ptr<const SchemaNodes>> Compiler::compile(const json::object& root) {
  out_->nodes.resize(3);
  out_->nodes[kFalseNode].allows_nothing = true;
  const std::uint32_t resource = resources_.add(root, "");
  out_->root = node_at({&root, true, resource});
  while (!pending_.empty() && !failure_) {
    const Pending next = pending_.front();
    pending_.pop_front();
    resource_ = next.place.resource;
    Node node = read(*next.place.object);
    node.resource = resource_;
    out_->nodes[next.node] = std::move(node);
    add_dynamic_anchors();
  }
  if (failure_) return fail(std::move(*failure_));
  out_->dynamic_anchors.resize(resources_.size());
  if (!is_free_of_circles(*out_)) {
    return fail(ErrorCode::kInvalidArgument, "A reference in the schema leads in a circle to itself.");
  }
  return std::unique_ptr<const SchemaNodes>(std::move(out_));
}

NodeIndex Compiler::node_at(const SchemaPlace& place) {
  if (place.object == nullptr) return place.boolean ? kTrueNode : kFalseNode;
  const auto [known, is_new] = known_.emplace(place.object, static_cast<NodeIndex>(out_->nodes.size()));
  if (is_new) {
    out_->nodes.emplace_back();
    pending_.push_back({known->second, place});
  }
  return known->second;
}

NodeIndex Compiler::node_of(std::string_view keyword, const json::value& schema) {
  if (const auto* object = schema.if_object())
    return node_at({object, true, resources_.resource_of(*object, resource_)});
  if (schema.is_bool()) return schema.get_bool() ? kTrueNode : kFalseNode;
  add_problem(keyword, schema, "it takes schemas");
  return kInvalidNode;
}

std::vector<NodeIndex> Compiler::nodes_of(std::string_view keyword, const json::value& schemas) {
  std::vector<NodeIndex> out;
  if (const auto* list = schemas.if_array()) {
    for (const auto& schema : *list) out.push_back(node_of(keyword, schema));
  } else {
    add_problem(keyword, schemas, "it takes a list of schemas");
  }
  return out;
}

NodeIndex Compiler::node_of_reference(std::string_view reference) {
  const auto place = resources_.resolve(reference, resource_);
  if (place) return node_at(*place);
  if (!failure_) failure_ = place.error();
  return kTrueNode;
}

void Compiler::add_dynamic_anchors() {
  for (; resources_seen_ < resources_.size(); ++resources_seen_) {
    out_->dynamic_anchors.resize(resources_seen_ + 1);
    const auto anchors = resources_.at(static_cast<std::uint32_t>(resources_seen_)).dynamic_anchors;
    for (const auto& [name, place] : anchors)
      out_->dynamic_anchors[resources_seen_].emplace_back(name, node_at(place));
  }
}

Node Compiler::read(const json::object& schema) {
  Node node;
  node.has_default = schema.contains("default");
  read_references(schema, node);
  if (dialect().reference_stands_alone() && schema.contains("$ref")) return node;
  if (dialect().has_validation) {
    read_kinds(schema, node);
    read_values(schema, node);
    read_numbers(schema, node);
    read_texts(schema, node);
    read_array_limits(schema, node);
    read_names(schema, node);
  }
  read_items(schema, node);
  read_members(schema, node);
  read_dependencies(schema, node);
  read_branches(schema, node);
  return node;
}

void Compiler::read_kinds(const json::object& schema, Node& node) {
  const auto* type = find(schema, "type");
  if (type == nullptr) return;
  const auto add = [&](const json::value& name) {
    const auto* text = name.if_string();
    const Kinds kind = text == nullptr ? Kinds(0) : kind_named(*text);
    if (kind == 0) add_problem("type", name, "there is no such type");
    return kind;
  };
  if (const auto* list = type->if_array()) {
    bool is_known = true;
    for (const auto& name : *list) {
      const Kinds kind = add(name);
      node.kinds |= kind;
      is_known = is_known && kind != 0;
    }
    if (!is_known) node.kinds = 0;
  } else {
    node.kinds = add(*type);
  }
  node.is_nullable = dialect().draft == Draft::kUnknown && is_true(find(schema, "nullable"));
}

void Compiler::read_values(const json::object& schema, Node& node) {
  if (const auto* constant = find(schema, "const")) node.constant = value_rules({*constant});
  const auto* list = find(schema, "enum");
  if (list == nullptr) return;
  if (!list->is_array()) return add_problem("enum", *list, "it takes a list of values");
  node.values = value_rules({list->get_array().begin(), list->get_array().end()});
}

std::optional<Limit> Compiler::read_limit(const json::object& schema, std::string_view keyword) {
  const auto* value = find(schema, keyword);
  if (value == nullptr) return std::nullopt;
  if (!is_number(*value)) {
    add_problem(keyword, *value, "it takes a number");
    return std::nullopt;
  }
  return Limit{decimal_of(*value), number_text(*value)};
}

void Compiler::read_numbers(const json::object& schema, Node& node) {
  NumberRules rules;
  rules.minimum = read_limit(schema, "minimum");
  rules.maximum = read_limit(schema, "maximum");
  // In draft 4 these keywords are booleans that modify `minimum` and `maximum`.
  const auto exclusive = [&](const char* keyword, std::optional<Limit>& plain, std::optional<Limit>& out) {
    const auto* value = find(schema, keyword);
    if (value == nullptr || !value->is_bool()) {
      out = read_limit(schema, keyword);
    } else if (value->get_bool()) {
      out = std::exchange(plain, std::nullopt);
    }
  };
  exclusive("exclusiveMinimum", rules.minimum, rules.exclusive_minimum);
  exclusive("exclusiveMaximum", rules.maximum, rules.exclusive_maximum);
  rules.multiple_of = read_limit(schema, "multipleOf");
  if (rules.multiple_of && (rules.multiple_of->value.digits.empty() || rules.multiple_of->value.negative)) {
    add_problem("multipleOf", *find(schema, "multipleOf"), "it takes a number above 0");
    rules.multiple_of.reset();
  }
  if (rules.minimum || rules.maximum || rules.exclusive_minimum || rules.exclusive_maximum ||
      rules.multiple_of)
    node.numbers = std::make_unique<NumberRules>(std::move(rules));
}

void Compiler::read_count(const json::object& schema, std::string_view keyword, Count& out, bool& found) {
  const auto* value = find(schema, keyword);
  if (value == nullptr) return;
  if (!is_number(*value)) return add_problem(keyword, *value, "it takes a number");
  const Decimal number = decimal_of(*value);
  if (number.negative || !number.is_integer())
    return add_problem(keyword, *value, "it takes a whole number that is not negative");
  found = true;
  constexpr std::int64_t kDigits = 19;
  const std::int64_t digits = static_cast<std::int64_t>(number.digits.size());
  out = kNoLimit;
  if (digits + number.exponent > kDigits) return;
  out = 0;
  for (const char digit : number.digits) out = out * 10 + static_cast<Count>(digit - '0');
  for (std::int64_t i = 0; i < number.exponent; ++i) out *= 10;
}

PatternRule Compiler::compile_pattern(std::string_view text) {
  auto found = patterns_.find(text);
  if (found == patterns_.end()) {
    std::shared_ptr<const Pattern> compiled;
    if (patterns_.size() < max_patterns_) compiled = Pattern::compile(text, large_patterns_);
    found = patterns_.emplace(text, std::move(compiled)).first;
  }
  return {found->second, std::string(text)};
}

void Compiler::read_texts(const json::object& schema, Node& node) {
  TextRules rules;
  bool found = false;
  read_count(schema, "minLength", rules.min_length, found);
  read_count(schema, "maxLength", rules.max_length, found);
  if (const auto* value = find(schema, "pattern")) {
    if (const auto* text = value->if_string()) {
      rules.pattern = compile_pattern(*text);
      found = true;
    } else {
      add_problem("pattern", *value, "it takes a regular expression");
    }
  }
  if (found) node.texts = std::make_unique<TextRules>(std::move(rules));
}

void Compiler::read_array_limits(const json::object& schema, Node& node) {
  ArrayRules rules;
  bool found = false;
  read_count(schema, "minItems", rules.min_items, found);
  read_count(schema, "maxItems", rules.max_items, found);
  if (schema.contains("contains") && since(Draft::k2019)) {
    read_count(schema, "minContains", rules.min_contains, found);
    read_count(schema, "maxContains", rules.max_contains, found);
  }
  rules.unique = is_true(find(schema, "uniqueItems"));
  if (found || rules.unique) node.arrays = std::make_unique<ArrayRules>(std::move(rules));
}

void Compiler::read_items(const json::object& schema, Node& node) {
  const auto* prefix = since(Draft::k2020) ? find(schema, "prefixItems") : nullptr;
  const auto* items = find(schema, "items");
  const auto* rest = items;
  const char* rest_keyword = "items";
  if (prefix == nullptr && items != nullptr && items->is_array()) {  // as up to 2019-09
    prefix = items;
    rest = find(schema, "additionalItems");
    rest_keyword = "additionalItems";
  }
  if (prefix != nullptr) ensure(node.arrays).prefix = nodes_of("prefixItems", *prefix);
  if (rest != nullptr) ensure(node.arrays).items = node_of(rest_keyword, *rest);
  if (const auto* contains = find(schema, "contains")) {
    ensure(node.arrays).contains = node_of("contains", *contains);
    node.arrays->contains_evaluates = since(Draft::k2020);
  }
  const auto* unevaluated = find(schema, "unevaluatedItems");
  if (unevaluated != nullptr && since(Draft::k2019))
    ensure(node.arrays).unevaluated = node_of("unevaluatedItems", *unevaluated);
}

void Compiler::read_members(const json::object& schema, Node& node) {
  if (const auto* value = find(schema, "properties")) {
    if (const auto* properties = value->if_object()) {
      auto& out = ensure(node.objects).properties;
      for (const auto& member : *properties)
        out.push_back({std::string(member.key()), node_of("properties", member.value())});
      std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    } else {
      add_problem("properties", *value, "it takes an object of schemas");
    }
  }
  if (const auto* value = find(schema, "patternProperties")) {
    if (const auto* patterns = value->if_object()) {
      for (const auto& member : *patterns)
        ensure(node.objects)
            .patterns.emplace_back(compile_pattern(member.key()),
                                   node_of("patternProperties", member.value()));
    } else {
      add_problem("patternProperties", *value, "it takes an object of schemas");
    }
  }
  if (const auto* value = find(schema, "additionalProperties"))
    ensure(node.objects).additional = node_of("additionalProperties", *value);
  if (const auto* value = find(schema, "propertyNames"))
    ensure(node.objects).names = node_of("propertyNames", *value);
  const auto* unevaluated = find(schema, "unevaluatedProperties");
  if (unevaluated != nullptr && since(Draft::k2019))
    ensure(node.objects).unevaluated = node_of("unevaluatedProperties", *unevaluated);
}

std::vector<std::string> Compiler::read_names_list(std::string_view keyword, const json::value& list) {
  std::vector<std::string> out;
  if (!list.is_array()) {
    add_problem(keyword, list, "it takes a list of names");
    return out;
  }
  for (const auto& name : list.get_array()) {
    if (name.is_string()) {
      out.emplace_back(name.get_string());
    } else {
      add_problem(keyword, name, "it takes names");
    }
  }
  return out;
}

void Compiler::read_names(const json::object& schema, Node& node) {
  ObjectRules rules;
  bool found = false;
  read_count(schema, "minProperties", rules.min_properties, found);
  read_count(schema, "maxProperties", rules.max_properties, found);
  // A boolean is the form of draft 3, which the schema of a property can no longer have.
  if (const auto* required = find(schema, "required"); required != nullptr && !required->is_bool())
    rules.required = read_names_list("required", *required);
  if (found || !rules.required.empty()) node.objects = std::make_unique<ObjectRules>(std::move(rules));
}

void Compiler::read_dependencies(const json::object& schema, Node& node) {
  const auto each = [&](const char* keyword, bool has_names, bool has_schemas) {
    const auto* value = find(schema, keyword);
    if (value == nullptr) return;
    const auto* all = value->if_object();
    if (all == nullptr) return add_problem(keyword, *value, "it takes an object");
    for (const auto& member : *all) {
      Dependency dependency{std::string(member.key()), {}, kNoNode};
      const bool is_list = member.value().is_array();
      if (is_list ? !has_names : !has_schemas) {
        add_problem(keyword, member.value(), "it takes something else");
      } else if (is_list) {
        dependency.required = read_names_list(keyword, member.value());
      } else {
        dependency.node = node_of(keyword, member.value());
      }
      ensure(node.objects).dependencies.push_back(std::move(dependency));
    }
  };
  if (since(Draft::k2019)) {
    if (dialect().has_validation) each("dependentRequired", true, false);
    each("dependentSchemas", false, true);
  }
  each("dependencies", true, true);
}

void Compiler::read_references(const json::object& schema, Node& node) {
  const auto text = [&](const char* keyword) -> const json::string* {
    const auto* value = find(schema, keyword);
    if (value == nullptr) return nullptr;
    if (!value->is_string()) add_problem(keyword, *value, "it takes a URI");
    return value->if_string();
  };
  if (const auto* reference = text("$ref")) ensure(node.combined).reference = node_of_reference(*reference);
  if (!since(Draft::k2019)) return;
  const auto dynamic = [&](std::string_view reference, std::string_view anchor) {
    const auto place = resources_.resolve(reference, resource_);
    ensure(node.combined).dynamic_target = node_of_reference(reference);
    if (place && resources_.at(place->resource).dynamic_anchors.contains(anchor))
      node.combined->dynamic_anchor = anchor;
  };
  if (const auto* reference = text("$dynamicRef"); reference != nullptr && since(Draft::k2020))
    dynamic(*reference, split_fragment(*reference).second);
  // Keyword of 2019-09; later drafts do not use it otherwise.
  else if (const auto* recursive = text("$recursiveRef"); recursive != nullptr && *recursive == "#")
    dynamic("#", kRecursiveAnchor);
}

void Compiler::read_branches(const json::object& schema, Node& node) {
  if (const auto* value = find(schema, "allOf")) ensure(node.combined).all_of = nodes_of("allOf", *value);
  if (const auto* value = find(schema, "anyOf")) ensure(node.combined).any_of = nodes_of("anyOf", *value);
  if (const auto* value = find(schema, "oneOf")) ensure(node.combined).one_of = nodes_of("oneOf", *value);
  if (const auto* value = find(schema, "not")) ensure(node.combined).none_of = node_of("not", *value);
  const auto* condition = find(schema, "if");
  if (condition == nullptr) return;
  ensure(node.combined).condition = node_of("if", *condition);
  if (const auto* value = find(schema, "then")) node.combined->then_node = node_of("then", *value);
  if (const auto* value = find(schema, "else")) node.combined->else_node = node_of("else", *value);
}

void Compiler::add_problem(std::string_view keyword, const json::value& value, std::string_view expected) {
  if (out_->problems.size() >= kMaxSchemaErrors) return;
  out_->problems.push_back("\"" + std::string(keyword) + "\" cannot be " +
                           printable(truncate_utf8(to_json(value), kMaxShownValueBytes)) + ": " +
                           std::string(expected) + ".");
}

bool is_free_of_circles(const SchemaNodes& nodes) {
  // The nodes that apply to the same value as the node itself.
  const auto followers = [&](NodeIndex index) {
    std::vector<NodeIndex> out;
    const Node& node = nodes.nodes[index];
    if (const Combination* combined = node.combined.get()) {
      out = {combined->reference, combined->none_of, combined->condition, combined->then_node,
             combined->else_node};
      for (const auto* branches : {&combined->all_of, &combined->any_of, &combined->one_of})
        out.insert(out.end(), branches->begin(), branches->end());
    }
    if (node.objects != nullptr) {
      for (const Dependency& dependency : node.objects->dependencies) out.push_back(dependency.node);
    }
    std::erase(out, kNoNode);
    return out;
  };
  enum class Mark : char { kNew, kOpen, kDone };
  std::vector<Mark> marks(nodes.nodes.size(), Mark::kNew);
  struct Step {
    NodeIndex node;
    std::vector<NodeIndex> next;
  };
  std::vector<Step> path;
  for (NodeIndex first = 0; first < nodes.nodes.size(); ++first) {
    if (marks[first] != Mark::kNew) continue;
    marks[first] = Mark::kOpen;
    path.push_back({first, followers(first)});
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next.empty()) {
        marks[step.node] = Mark::kDone;
        path.pop_back();
        continue;
      }
      const NodeIndex next = step.next.back();
      step.next.pop_back();
      if (marks[next] == Mark::kOpen) return false;
      if (marks[next] == Mark::kDone) continue;
      marks[next] = Mark::kOpen;
      path.push_back({next, followers(next)});
    }
  }
  return true;
}

}  // namespace wick::json_schema
