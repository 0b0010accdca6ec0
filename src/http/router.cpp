#include "http/router.h"

#include <algorithm>

#include "base/text.h"

namespace wick::http {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  for (const std::string_view part : split(path.substr(1), '/')) out.emplace_back(part);
  return out;
}

// Without trailing slashes, too.
std::string with_single_slashes(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || !out.ends_with('/')) out += c;
  }
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

bool is_capture(std::string_view segment) {
  return segment.starts_with('{');
}

}  // namespace

void Router::add(std::string method, std::string path, Route route) {
  Methods* methods = nullptr;
  if (path.find_first_of("{*") == std::string::npos) {
    methods = &exact_[path];
  } else {
    auto segments = segments_of(path);
    auto found = std::find_if(patterns_.begin(), patterns_.end(),
                              [&](const Pattern& pattern) { return pattern.segments == segments; });
    if (found == patterns_.end()) found = patterns_.insert(patterns_.end(), Pattern{std::move(segments), {}});
    methods = &found->methods;
  }
  methods->emplace_back(std::move(method), std::move(route));
}

Router::Match Router::choose(const Methods& methods, std::string_view method) {
  Match match;
  for (const auto& [name, route] : methods) {
    if (name == method || (method == "HEAD" && name == "GET")) return {&route, {}};
    match.allow += (match.allow.empty() ? "" : ", ") + name;
  }
  return match;
}

Router::Match Router::find(std::string_view method, std::string_view path,
                           std::vector<std::pair<std::string, std::string>>& captures) const {
  Match normal;
  if (path.find("//") != std::string_view::npos || path.ends_with('/')) {
    normal = find_as_written(method, with_single_slashes(path), captures);
    if (normal.route != nullptr && normal.route->options.ignores_slashes) return normal;
    captures.clear();
  }
  Match match = find_as_written(method, path, captures);
  if (match.route != nullptr || !match.allow.empty()) return match;
  if (!normal.allow.empty()) return normal;  // for 405
  if (fallback_.handler) return {&fallback_, {}};
  return {};
}

Router::Match Router::find_as_written(std::string_view method, std::string_view path,
                                      std::vector<std::pair<std::string, std::string>>& captures) const {
  if (const auto found = exact_.find(path); found != exact_.end()) return choose(found->second, method);
  if (!patterns_.empty() && path.starts_with('/')) {
    const auto parts = split(path.substr(1), '/');
    for (const Pattern& pattern : patterns_) {
      const bool open = pattern.segments.back() == "*";
      const std::size_t fixed = pattern.segments.size() - (open ? 1 : 0);
      if (open ? parts.size() < fixed : parts.size() != fixed) continue;
      captures.clear();
      bool matches = true;
      for (std::size_t i = 0; matches && i < fixed; ++i) {
        const std::string& segment = pattern.segments[i];
        if (is_capture(segment)) {
          auto value = percent_decode(parts[i]);
          matches = value && !value->empty();
          if (matches) captures.emplace_back(segment.substr(1, segment.size() - 2), std::move(*value));
        } else {
          matches = segment == parts[i];
        }
      }
      if (matches) return choose(pattern.methods, method);
    }
    captures.clear();
  }
  return {};
}

}  // namespace wick::http
