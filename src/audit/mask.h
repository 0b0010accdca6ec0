// What may be kept of a payload: no secrets, and not more than a bounded number of bytes. Pure functions.
//
// All of them take time and memory in proportion to the text, whatever it holds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wick {

// Replaces secrets by "***": Wick's own credentials wherever they stand, passwords in URLs, and what a name
// declares secret (judge_name). The name and the value may be
//   a member of a JSON object                   {"api_key": "…"}, {"credentials": {"pin": 1234}}
//   two members, or two elements of an array    {"name": "X-Api-Key", "value": "…"}, ["X-Api-Key", "…"]
//   a header line, an assignment or an element  X-Api-Key: …   password=…   <password>…</password>
// in JSON or other text, and in JSON texts inside JSON strings. All other bytes stay as they are, except that
// the escapes of a JSON string that holds a secret are written anew. `is_cut`: the text continued beyond its
// end, so what could be the beginning of a secret there is masked too.
std::string mask_secrets(std::string_view text, bool is_cut = false);

// `json` masked, when it has at most `max_bytes`; else a valid JSON object with its masked beginning. Not
// more than `max_bytes` of `json` are looked at.
std::string mask_payload(std::string_view json, std::size_t max_bytes);

}  // namespace wick
