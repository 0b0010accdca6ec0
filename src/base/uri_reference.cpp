#include "base/uri_reference.h"

#include <algorithm>
#include <vector>

namespace wick {
namespace {

// The components of RFC 3986 §3, without the fragment. Absent ones are empty; an authority keeps its "//" and a
// query its '?'.
struct Components {
  std::string_view scheme, authority, path, query;
};

bool is_scheme(std::string_view text) {
  const auto is_alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_alpha(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

Components parse(std::string_view uri) {
  Components parts;
  const auto colon = uri.find(':');
  if (colon != std::string_view::npos && is_scheme(uri.substr(0, colon))) {
    parts.scheme = uri.substr(0, colon);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) {
    parts.authority = uri.substr(0, uri.find_first_of("/?", 2));
    uri.remove_prefix(parts.authority.size());
  }
  const auto question = std::min(uri.find('?'), uri.size());
  parts.path = uri.substr(0, question);
  parts.query = uri.substr(question);
  return parts;
}

// RFC 3986 §5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool is_absolute = path.starts_with('/');
  bool ends_in_folder = false;
  for (std::size_t at = is_absolute ? 1 : 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    ends_in_folder = segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != ".") {
      kept.push_back(segment);
    }
    at = end + 1;
  }
  if (ends_in_folder) kept.push_back("");
  std::string out;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i > 0 || is_absolute) out += '/';
    out += kept[i];
  }
  return out;
}

// RFC 3986 §5.2.3.
std::string merge(const Components& base, std::string_view path) {
  if (!base.authority.empty() && base.path.empty()) return "/" + std::string(path);
  const auto slash = base.path.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? std::string_view() : base.path.substr(0, slash + 1);
  return std::string(folder) + std::string(path);
}

}  // namespace

std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri) {
  const auto hash = std::min(uri.find('#'), uri.size());
  return {uri.substr(0, hash), uri.substr(std::min(hash + 1, uri.size()))};
}

std::string resolve_uri(std::string_view base_uri, std::string_view reference) {
  const auto [plain, fragment] = split_fragment(reference);
  const Components base = parse(split_fragment(base_uri).first);
  Components parts = parse(plain);
  std::string path;
  if (!parts.scheme.empty()) {
    path = without_dot_segments(parts.path);
  } else {
    parts.scheme = base.scheme;
    if (!parts.authority.empty()) {
      path = without_dot_segments(parts.path);
    } else {
      parts.authority = base.authority;
      if (parts.path.empty()) {
        path = base.path;
        if (parts.query.empty()) parts.query = base.query;
      } else {
        path = without_dot_segments(parts.path.starts_with('/') ? std::string(parts.path)
                                                                : merge(base, parts.path));
      }
    }
  }
  std::string out(parts.scheme);
  if (!out.empty()) out += ':';
  out.append(parts.authority).append(path).append(parts.query);
  if (reference.find('#') != std::string_view::npos) out.append("#").append(fragment);
  return out;
}

}  // namespace wick
