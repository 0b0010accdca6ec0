#include "openapi/yaml_text.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <istream>
#include <optional>
#include <streambuf>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/json_number.h"
#include "base/text.h"

namespace wick {
namespace {

// Thrown through yaml-cpp, caught in parse_yaml().
struct Refused {
  std::string message;
};

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& what) {
  throw Refused{"Line " + std::to_string(mark.line + 1) + " of the YAML " + what + "."};
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<json::value> integer_of(std::string_view text) {
  int base = 10;
  std::string_view digits = text;
  if (digits.starts_with("0o") || digits.starts_with("0x")) {
    base = digits[1] == 'o' ? 8 : 16;
    digits.remove_prefix(2);
  } else {
    if (digits.starts_with('+')) digits.remove_prefix(1);
    if (!all_digits(digits.starts_with('-') ? digits.substr(1) : digits)) return std::nullopt;
  }
  const char* const end = digits.data() + digits.size();
  std::int64_t number = 0;
  const auto parsed = std::from_chars(digits.data(), end, number, base);
  if (parsed.ec == std::errc() && parsed.ptr == end) return json::value(number);
  std::uint64_t large = 0;
  const auto again = std::from_chars(digits.data(), end, large, base);
  if (again.ec == std::errc() && again.ptr == end) return json::value(large);
  return std::nullopt;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?; .inf and .nan stay texts, because JSON
// has no such numbers.
std::optional<json::value> float_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::string_view rest = text.starts_with('-') ? text.substr(1) : text;
  const bool begins = !rest.empty() && (all_digits(rest.substr(0, 1)) ||
                                        (rest.size() > 1 && rest[0] == '.' && all_digits(rest.substr(1, 1))));
  if (!begins || rest.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return json::value(number);
}

// yaml-cpp quotes the first byte of a character ("unknown escape character: …"): removes that quotation.
std::string words_of(const YAML::Exception& error) {
  return is_valid_utf8(error.msg) ? error.msg : error.msg.substr(0, error.msg.rfind(':'));
}

json::value plain_scalar(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (auto number = number_from_text(text)) return *number;  // exact, as in JSON
  if (auto number = integer_of(text)) return *number;
  if (auto number = float_of(text)) return *number;
  return json::value(text);
}

// Builds the value while yaml-cpp reads. The limits count everything before it is expanded.
class Builder final : public YAML::EventHandler {
 public:
  json::value result;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(mark, anchor, nullptr, "", 1); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "has an alias inside its own anchor");
    const Anchored& anchored = found->second;
    if (levels_.size() + anchored.depth > kMaxJsonDepth) too_deep(mark);
    count(mark, anchored.nodes, anchored.bytes);
    put(mark, YAML::NullAnchor, anchored.value, anchored.text, 0);
    if (!levels_.empty()) {
      levels_.back().depth = std::max(levels_.back().depth, anchored.depth + 1);
    }
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (!is_valid_utf8(text)) refuse(mark, "is not UTF-8");
    count(mark, 0, text.size());
    // "?": no tag and not quoted; yaml-cpp gives the quoted ones "!".
    const bool plain = tag == "?" || tag.empty();
    put(mark, anchor, plain ? plain_scalar(text) : tagged(tag, text), text, 1);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, false);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, true);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    YAML::Mark mark;
    YAML::anchor_t anchor;
    bool is_map;
    json::array items;
    json::object members;
    std::optional<std::string> key;
    std::vector<json::object> merged;
    std::size_t depth = 1;         // including itself
    std::size_t nodes_before = 0;  // the count at its beginning
    std::size_t bytes_before = 0;
  };
  struct Anchored {
    json::value value;
    std::string text;
    std::size_t nodes = 1, bytes = 0, depth = 0;
  };

  [[noreturn]] static void too_deep(const YAML::Mark& mark) {
    refuse(mark, "is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
  }

  static json::value tagged(std::string_view tag, std::string_view text) {
    if (tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" ||
        tag == "tag:yaml.org,2002:bool" || tag == "tag:yaml.org,2002:null") {
      return plain_scalar(text);
    }
    return json::value(text);
  }

  void count(const YAML::Mark& mark, std::size_t nodes, std::size_t bytes) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > kMaxYamlNodes)
      refuse(mark, "takes the document beyond " + std::to_string(kMaxYamlNodes) + " values");
    if (bytes_ > kMaxYamlTextBytes)
      refuse(mark, "takes the document beyond " + std::to_string(kMaxYamlTextBytes) + " bytes of text");
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
    if (levels_.size() >= kMaxJsonDepth) too_deep(mark);
    if (is_key()) refuse(mark, "has a key that is not a text");
    levels_.push_back({mark, anchor, is_map, {}, {}, std::nullopt, {}, 1, nodes_, bytes_});
  }

  void close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    json::value value;
    if (level.is_map) {
      // Own members take precedence over merged ones, and earlier merged mappings over later ones.
      for (const json::object& merged : level.merged) {
        for (const auto& member : merged) level.members.emplace(member.key(), member.value());
      }
      value = std::move(level.members);
    } else {
      value = std::move(level.items);
    }
    const std::size_t depth = level.depth;
    if (level.anchor != YAML::NullAnchor) {
      anchors_[level.anchor] = {value, "", nodes_ - level.nodes_before + 1, bytes_ - level.bytes_before,
                                depth};
      // The copy for the anchor uses memory too.
      count(level.mark, nodes_ - level.nodes_before + 1, bytes_ - level.bytes_before);
    }
    put(level.mark, YAML::NullAnchor, std::move(value), "", 1);
    if (!levels_.empty()) levels_.back().depth = std::max(levels_.back().depth, depth + 1);
  }

  bool is_key() const { return !levels_.empty() && levels_.back().is_map && !levels_.back().key; }

  // `text` is the scalar as a key.
  void put(const YAML::Mark& mark, YAML::anchor_t anchor, json::value value, const std::string& text,
           std::size_t nodes) {
    count(mark, nodes, 0);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {value, text, 1, text.size(), 0};
    if (levels_.empty()) {
      result = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (!level.is_map) {
      level.items.push_back(std::move(value));
    } else if (!level.key) {
      if (value.is_structured()) refuse(mark, "has a key that is not a text");
      level.key = text;
    } else if (*level.key == "<<" && value.is_structured()) {
      merge(mark, level, std::move(value));
      level.key.reset();
    } else {
      level.members[*level.key] = std::move(value);
      level.key.reset();
    }
  }

  static void merge(const YAML::Mark& mark, Level& level, json::value value) {
    json::array sources;
    if (value.is_array()) {
      sources = std::move(value.get_array());
    } else {
      sources.push_back(std::move(value));
    }
    for (json::value& source : sources) {
      if (!source.is_object()) refuse(mark, "merges (<<) something that is not a mapping");
      level.merged.push_back(std::move(source.get_object()));
    }
  }

  std::vector<Level> levels_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0, bytes_ = 0;
};

bool has_tab_indent(std::string_view text) {
  return text.starts_with('\t') || text.find("\n\t") != std::string_view::npos;
}

// Reads the text in place.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // only read
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Result<json::value> parse_yaml(std::string_view text) {
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  Builder builder;
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return fail(ErrorCode::kInvalidArgument, "The YAML is empty.");
    Builder second;
    if (parser.HandleNextDocument(second))
      return fail(ErrorCode::kInvalidArgument, "The YAML holds more than one document.");
  } catch (const Refused& refused) {
    return fail(ErrorCode::kInvalidArgument, refused.message);
  } catch (const YAML::Exception& error) {
    const std::string where = "This is not valid YAML: line " + std::to_string(error.mark.line + 1) + ", ";
    return fail(ErrorCode::kInvalidArgument,
                where + words_of(error) +
                    (has_tab_indent(text) ? ". YAML is indented by spaces, not by tabs." : "."));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInvalidArgument, std::string("This YAML cannot be read: ") + error.what() + ".");
  }
  return std::move(builder.result);
}

}  // namespace wick
