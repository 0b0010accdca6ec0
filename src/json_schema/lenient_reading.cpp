#include "json_schema/lenient_reading.h"

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "json_schema/defaults.h"
#include "json_schema/schema_nodes.h"
#include "json_schema/value_equality.h"

namespace wick::json_schema {
namespace {

constexpr std::size_t kMaxNesting = 64;  // references and branches that lead to the schemas of one value

class Reader {
 public:
  Reader(const SchemaNodes& nodes, Lenience lenience) : nodes_(nodes), lenience_(lenience) {}

  // Changes `value` in place.
  void read(NodeIndex index, json::value& value);
  bool has_changed() const { return changed_; }
  // Counts steps. False above the limit.
  bool step(std::size_t count = 1) {
    steps_ += count;
    return steps_ <= lenience_.max_steps;
  }

 private:
  // The kinds that `type` allows; 0: any.
  Kinds kinds_of(NodeIndex index, std::size_t nesting = 0);
  // The node and the nodes that certainly apply to the same value.
  void gather(NodeIndex index, std::vector<const Node*>& out, std::size_t nesting = 0);
  void read_text(Kinds kinds, json::value& value);
  // `nodes` are the nodes of the schema `whole`.
  void read_members(NodeIndex whole, const std::vector<const Node*>& nodes, json::object& object);
  void read_items(const std::vector<const Node*>& nodes, json::array& items);
  bool requires_it(const std::vector<const Node*>& nodes, std::string_view name);
  bool gives_default(NodeIndex whole, std::string_view name) {
    return DefaultSearch(nodes_, name, [this] { return step(); }).gives(whole);
  }

  const SchemaNodes& nodes_;
  const Lenience lenience_;
  std::size_t steps_ = 0;
  bool changed_ = false;
};

Kinds Reader::kinds_of(NodeIndex index, std::size_t nesting) {
  const Node& node = nodes_.nodes[index];
  const bool may_go_on = step();
  if (node.kinds != 0) return node.is_nullable ? Kinds(node.kinds | kNull) : node.kinds;
  if (node.combined == nullptr || nesting > kMaxNesting || !may_go_on) return 0;
  const Combination& combined = *node.combined;
  if (combined.reference != kNoNode) return kinds_of(combined.reference, nesting + 1);
  for (const auto* branches : {&combined.any_of, &combined.one_of}) {
    if (branches->empty()) continue;
    Kinds all = 0;
    for (const NodeIndex branch : *branches) {
      const Kinds kinds = kinds_of(branch, nesting + 1);
      if (kinds == 0) return 0;
      all |= kinds;
    }
    return all;
  }
  for (const NodeIndex part : combined.all_of) {
    if (const Kinds kinds = kinds_of(part, nesting + 1); kinds != 0) return kinds;
  }
  return 0;
}

void Reader::gather(NodeIndex index, std::vector<const Node*>& out, std::size_t nesting) {
  const Node& node = nodes_.nodes[index];
  out.push_back(&node);
  if (!step() || node.combined == nullptr || nesting > kMaxNesting) return;
  const Combination& combined = *node.combined;
  if (combined.reference != kNoNode) gather(combined.reference, out, nesting + 1);
  for (const NodeIndex part : combined.all_of) gather(part, out, nesting + 1);
  // For an object or null, only the object is searched.
  for (const auto* branches : {&combined.any_of, &combined.one_of}) {
    std::vector<NodeIndex> possible;
    std::copy_if(branches->begin(), branches->end(), std::back_inserter(possible),
                 [&](NodeIndex branch) { return kinds_of(branch) != kNull; });
    if (possible.size() == 1) gather(possible.front(), out, nesting + 1);
  }
}

void Reader::read(NodeIndex index, json::value& value) {
  if (!step()) return;
  if (value.is_string()) return read_text(kinds_of(index), value);
  if (!value.is_structured()) return;
  std::vector<const Node*> nodes;
  gather(index, nodes);
  if (auto* object = value.if_object()) read_members(index, nodes, *object);
  if (auto* items = value.if_array()) read_items(nodes, *items);
}

void Reader::read_text(Kinds kinds, json::value& value) {
  const std::string_view text = value.get_string();
  kinds &= static_cast<Kinds>(~kNull);
  if (text.size() > kMaxTypedTextBytes) return;
  if (kinds == kBoolean && (text == "true" || text == "false")) {
    value = text == "true";
    changed_ = true;
  } else if (kinds != 0 && (kinds & ~(kNumber | kInteger)) == 0 && is_number_text(text)) {
    auto number = number_from_text(text);
    if (!number || (kinds == kInteger && !is_integer(*number))) return;
    value = std::move(*number);
    changed_ = true;
  }
}

void Reader::read_members(NodeIndex whole, const std::vector<const Node*>& nodes, json::object& object) {
  std::vector<std::string> dropped;
  for (auto& member : object) {
    for (const Node* node : nodes) {
      if (!step()) return;
      if (node->objects == nullptr) continue;
      const Property* property = node->objects->find(member.key());
      const NodeIndex index = property != nullptr ? property->node : node->objects->additional;
      if (index == kNoNode || (property == nullptr && !node->objects->patterns.empty())) continue;
      if (!member.value().is_null()) {
        read(index, member.value());
        continue;
      }
      const Kinds kinds = kinds_of(index);
      const bool has_no_null = kinds != 0 && (kinds & kNull) == 0;
      const bool is_needed = requires_it(nodes, member.key()) && !gives_default(whole, member.key());
      if (lenience_.drops_nulls && has_no_null && !is_needed) {
        dropped.emplace_back(member.key());
        break;
      }
    }
  }
  for (const std::string& name : dropped) object.erase(name);
  changed_ = changed_ || !dropped.empty();
}

bool Reader::requires_it(const std::vector<const Node*>& nodes, std::string_view name) {
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node* node) {
    if (node->objects == nullptr) return false;
    const auto& required = node->objects->required;
    step(required.size());
    return std::find(required.begin(), required.end(), name) != required.end();
  });
}

void Reader::read_items(const std::vector<const Node*>& nodes, json::array& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (const Node* node : nodes) {
      if (!step()) return;
      if (node->arrays == nullptr) continue;
      const auto& prefix = node->arrays->prefix;
      const NodeIndex index = i < prefix.size() ? prefix[i] : node->arrays->items;
      if (index != kNoNode) read(index, items[i]);
    }
  }
}

}  // namespace

Result<std::optional<json::value>> read_leniently(const CompiledSchema& schema, const json::value& value,
                                                  Lenience lenience) {
  Reader reader(schema.nodes(), lenience);
  const auto exhausted = [] { return fail(ErrorCode::kTooLarge, "The value takes too many steps to read."); };
  if (!reader.step(steps_of(value, lenience.max_steps))) return exhausted();
  json::value read = value;
  reader.read(schema.nodes().root, read);
  if (!reader.step()) return exhausted();
  if (!reader.has_changed()) return std::nullopt;
  return read;
}

}  // namespace wick::json_schema
