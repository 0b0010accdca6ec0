#include "rest/response_shape.h"

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "jmespath/jmespath.h"

namespace wick {
namespace {

constexpr std::size_t kMaxNamedMembers = 20;     // named members of an object without a match
constexpr std::size_t kMaxNamedPathBytes = 200;  // of a cut list

bool is_pointer(std::string_view pick) {
  return pick.empty() || pick.front() == '/';
}

struct CutList {
  std::string path;  // a JSON Pointer into the result
  std::size_t total = 0;
};

struct CutLists {
  std::vector<CutList> named;
  std::size_t more = 0;

  bool any() const { return !named.empty() || more > 0; }
};

void cut_lists(json::value& value, std::size_t max_items, std::string& path, CutLists& cuts) {
  const std::size_t length = path.size();
  if (auto* list = value.if_array()) {
    if (list->size() > max_items) {
      if (cuts.named.size() < kMaxNamedCuts && path.size() <= kMaxNamedPathBytes) {
        cuts.named.push_back({path, list->size()});
      } else {
        ++cuts.more;
      }
      list->erase(list->begin() + std::ptrdiff_t(max_items), list->end());
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (!(*list)[i].is_structured()) continue;
      path += "/" + std::to_string(i);
      cut_lists((*list)[i], max_items, path, cuts);
      path.resize(length);
    }
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      if (!member.value().is_structured()) continue;
      std::string key(member.key());
      replace_all(key, "~", "~0");  // RFC 6901 §3
      replace_all(key, "/", "~1");
      path += "/" + key;
      cut_lists(member.value(), max_items, path, cuts);
      path.resize(length);
    }
  }
}

std::string how_to_see_more(const char* settings) {
  return "To see more, page or narrow the request with the arguments of this operation, where it has some "
         "for "
         "that. An admin can change its " +
         std::string(settings) + ".";
}

// Cuts at a character boundary and adds a line about the cut.
bool cut(std::string& text, std::size_t max_bytes) {
  const std::size_t total = text.size();
  text.resize(truncate_utf8(text, max_bytes).size());
  if (text.size() == total) return false;
  const std::string kept = with_thousands(text.size());
  text +=
      "\n[The text was cut here: these are the first " + kept + " of " + with_thousands(total) + " bytes.]";
  return true;
}

std::string list_lines(const CutLists& cuts, std::size_t max_items) {
  std::string out;
  for (const CutList& cut : cuts.named) {
    out += "\n[" + (cut.path.empty() ? "The list" : "The list at " + printable(cut.path)) +
           " was cut: the first " + with_thousands(max_items) + " of " + with_thousands(cut.total) +
           " items are kept.]";
  }
  if (cuts.more > 0) {
    out += "\n[" + with_thousands(cuts.more) + (cuts.more == 1 ? " more list was" : " more lists were") +
           " cut in the same way.]";
  }
  return out;
}

json::object cut_member(const CutLists& cuts, std::size_t max_items) {
  json::array lists;
  for (const CutList& cut : cuts.named)
    lists.push_back(json::object{{"path", cut.path}, {"kept", max_items}, {"total", cut.total}});
  json::object out{{"lists", std::move(lists)}};
  if (cuts.more > 0) out["more_lists"] = cuts.more;
  out["what_to_do"] = how_to_see_more("\"max_items\"");
  return out;
}

std::string form_of(const json::value& value) {
  if (value.is_array())
    return "a list of " + with_thousands(value.get_array().size()) +
           (value.get_array().size() == 1 ? " item" : " items");
  if (!value.is_object()) return plain_text(value);
  if (value.get_object().empty()) return "an empty object";
  std::string out = "an object with ";
  std::size_t count = 0;
  for (const auto& member : value.get_object()) {
    if (count++ == kMaxNamedMembers) return out + ", …";
    out += (count == 1 ? "\"" : ", \"") + std::string(member.key()) + "\"";
  }
  return out;
}

// The part that `pick` selects, or the reason why there is none, for the model.
Result<json::value> pick_from(json::value whole, const std::string& pick, std::string_view body) {
  if (pick.empty()) return whole;
  if (is_pointer(pick)) {
    if (const json::value* part = at_pointer(whole, pick)) return *part;
    return fail(ErrorCode::kNotFound, "The response has no \"" + pick + "\". It is:\n" + std::string(body));
  }
  const auto expression = Jmespath::compile(pick);
  auto part = expression ? expression->search(whole) : Result<json::value>(fail(expression.error()));
  if (!part) {
    return fail(ErrorCode::kNotFound, "The system answered, but its response could not be picked from with " +
                                          pick + ". " + part.error().message + " The response is:\n" +
                                          std::string(body));
  }
  if (part->is_null()) {
    return fail(ErrorCode::kNotFound,
                "Nothing in the response fits " + pick + ". The response is " + form_of(whole) + ".");
  }
  return part;
}

}  // namespace

std::string with_thousands(std::size_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, 1, ',');
  return out;
}

std::string cut_text(std::string text, std::size_t max_bytes) {
  if (cut(text, max_bytes)) text += "\n" + how_to_see_more("\"max_text_bytes\"");
  return text;
}

Result<void> check_pick(std::string_view pick) {
  if (is_pointer(pick)) return {};
  if (auto compiled = Jmespath::compile(pick); !compiled) {
    return fail(ErrorCode::kInvalidArgument,
                "\"pick\" does not begin with /, as a JSON Pointer does, and cannot be read as JMESPath. " +
                    compiled.error().message);
  }
  return {};
}

ShapedResponse shape_response(std::string_view body, const ResponseShape& shape) {
  ShapedResponse out;
  auto whole = parse_json(body);
  if (!whole) {
    const char* why =
        shape.pick.empty() || body.empty() ? "" : "The response is not JSON, so nothing was picked. It is:\n";
    out.text = cut_text(why + std::string(body), shape.max_text_bytes);
    return out;
  }
  return shape_value(std::move(*whole), body, shape);
}

ShapedResponse shape_value(json::value value, std::string_view body, const ResponseShape& shape) {
  ShapedResponse out;
  auto part = pick_from(std::move(value), shape.pick, body);
  if (!part) {
    out.text = cut_text(std::move(part.error().message), shape.max_text_bytes);
    return out;
  }
  CutLists cuts;
  if (shape.max_items > 0) {
    std::string path;
    cut_lists(*part, shape.max_items, path, cuts);
  }
  out.text = plain_text(*part);
  const bool text_cut = cut(out.text, shape.max_text_bytes);
  out.text += list_lines(cuts, shape.max_items);
  if (text_cut) {
    out.text += "\n" + how_to_see_more("\"pick\", \"max_items\" and \"max_text_bytes\"");
  } else if (cuts.any()) {
    out.text += "\n" + how_to_see_more("\"max_items\"");
  }
  if (part->is_object() && !text_cut) {
    out.structured = std::move(part->get_object());
    if (cuts.any()) {
      std::string member = "_cut";
      while (out.structured->contains(member)) member.insert(0, 1, '_');
      out.structured->insert_or_assign(member, cut_member(cuts, shape.max_items));
    }
  }
  return out;
}

}  // namespace wick
