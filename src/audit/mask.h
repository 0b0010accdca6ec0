// Masking of payloads: removes secrets and limits the size. Pure functions.
//
// Time and memory are proportional to the text, for any content.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wick {

// Replaces secrets by "***": Wick's own credentials anywhere, passwords in URLs, and values whose name marks
// them as secret (judge_name()). Name and value may be
//   a member of a JSON object                   {"api_key": "…"}, {"credentials": {"pin": 1234}}
//   two members, or two elements of an array    {"name": "X-Api-Key", "value": "…"}, ["X-Api-Key", "…"]
//   a header line, an assignment or an element  X-Api-Key: …   password=…   <password>…</password>
// in JSON or other text, and in JSON texts inside JSON strings. All other bytes stay unchanged, except that a
// JSON string that holds a secret gets normalised escapes. `is_cut`: the text is the beginning of a longer one,
// so a possible beginning of a secret at its end is masked too.
std::string mask_secrets(std::string_view text, bool is_cut = false);

// `json` masked, if it has at most `max_bytes`; else a valid JSON object with its masked beginning. At most
// `max_bytes` of `json` are read.
std::string mask_payload(std::string_view json, std::size_t max_bytes);

}  // namespace wick
