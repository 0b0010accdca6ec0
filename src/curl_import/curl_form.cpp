#include "curl_import/curl_form.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/media_type.h"
#include "base/text.h"

namespace wick::curl {
namespace {

constexpr std::size_t kMaxFileNameBytes = 100;

constexpr std::array<std::pair<std::string_view, std::string_view>, 29> kTypes = {{
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"csv", "text/csv"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"json", "application/json"},
    {"jsonl", "application/x-ndjson"},
    {"log", "text/plain"},
    {"md", "text/markdown"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ndjson", "application/x-ndjson"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"txt", "text/plain"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webp", "image/webp"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
}};

void add_once(std::vector<std::string>& warnings, std::string warning) {
  if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
    warnings.push_back(std::move(warning));
}

// Returns the word up to `end`, without the quotes around it, and removes it from `text`.
std::string take_word(std::string_view& text, char end) {
  std::string out;
  if (!text.starts_with('"')) {
    const auto size = std::min(text.find(end), text.size());
    out = text.substr(0, size);
    text.remove_prefix(size);
    return out;
  }
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
    out += text[i];
  }
  text.remove_prefix(std::min(i + 1, text.size()));
  text.remove_prefix(std::min(text.find(end), text.size()));
  return out;
}

// Reads the parameters after the content: ;type=image/png;filename=a.png
void read_options(std::string_view rest, CurlPart& part, std::vector<std::string>& warnings) {
  bool in_type = false;
  while (rest.starts_with(';')) {
    rest.remove_prefix(1);
    rest = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const auto is = [&](std::string_view key) {
      if (!rest.starts_with(key)) return false;
      rest.remove_prefix(key.size());
      return true;
    };
    if (is("type=")) {
      part.content_type = trim(take_word(rest, ';'));
      in_type = true;
    } else if (is("filename=")) {
      part.filename = take_word(rest, ';');
      in_type = false;
    } else if (in_type && rest.find('=') < rest.find(';')) {  // a parameter of the type
      part.content_type += "; " + take_word(rest, ';');
    } else {
      if (!trim(take_word(rest, ';')).empty())
        add_once(warnings,
                 "Parameters after ; in a form field are left out, except for its type and file name.");
      in_type = false;
    }
  }
  if (!part.content_type.empty() && !parse_media_type(part.content_type)) {
    part.content_type.clear();
    add_once(warnings, "The type of a form field is left out: it is no media type.");
  }
}

}  // namespace

Result<CurlPart> read_part(const std::string& value, bool has_signs, std::vector<std::string>& warnings) {
  const auto equals = value.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(ErrorCode::kInvalidArgument, "A form field must be name=value.");
  CurlPart part;
  part.name = value.substr(0, equals);
  std::string_view content = std::string_view(value).substr(equals + 1);
  if (!has_signs) {
    part.content = content;
    return part;
  }
  if (content.starts_with('@') || content.starts_with('<')) {
    part.source = content.front() == '@' ? CurlPart::Source::kFile : CurlPart::Source::kTextOfFile;
    content.remove_prefix(1);
  }
  part.content = take_word(content, ';');
  read_options(content, part, warnings);
  if (part.source == CurlPart::Source::kFile && part.filename.empty()) part.filename = part.content;
  part.filename = part.filename.empty() ? "" : file_name(part.filename);
  return part;
}

std::string file_name(std::string_view path) {
  if (const auto slash = path.find_last_of("/\\"); slash != std::string_view::npos)
    path.remove_prefix(slash + 1);
  if (path == "-" || path.empty()) return "the standard input";
  return printable(truncate_utf8(path, kMaxFileNameBytes));
}

std::string_view type_of_file(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return "";
  const std::string ending = to_lower_ascii(name.substr(dot + 1));
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& each) { return each.first == ending; });
  return found == kTypes.end() ? "" : found->second;
}

}  // namespace wick::curl
