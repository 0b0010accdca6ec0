#include "audit/mask.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

constexpr std::string_view kSecret = "Zq7SecretOfTheFuzzer";
constexpr std::string_view kTokenStart = "wick_pat_0123456789";
constexpr std::array<std::string_view, 6> kNames = {"password",      "api_key", "Authorization",
                                                    "client-secret", "token",   "refresh_token"};

}  // namespace

// A secret under a name that says so is gone, wherever it stands in a JSON value and in a JSON text inside
// one; what is masked is masked again as the same; a cut payload is JSON and fits.
void fuzz_mask(std::string_view data) {
  Input input(data);
  const std::uint8_t choice = input.byte();
  const std::string_view text = input.rest();
  const std::string masked = mask_secrets(text);
  if (is_valid_utf8(text) && parse_json(text)) FUZZ_CHECK(mask_secrets(masked) == masked);
  FUZZ_CHECK(masked.size() <= 8 * text.size() + 64);

  // Without a name that says so, the secret would be shown rightly.
  if (text.find(kSecret) != std::string_view::npos) return;
  auto parsed = parse_json(text);
  json::object holder;
  holder["before"] = parsed ? *parsed : json::value(is_valid_utf8(text) ? text : "");
  holder[kNames[choice % kNames.size()]] = kSecret;
  holder["wick"] = "x wick_pat_0123456789abcdef0123 y";
  std::string nested = to_json(holder);
  for (std::uint8_t level = 0; level <= choice / 64; ++level) {
    const std::string out = mask_secrets(nested);
    FUZZ_CHECK(out.find(kSecret) == std::string::npos);
    FUZZ_CHECK(out.find(kTokenStart) == std::string::npos);
    FUZZ_CHECK(parse_json(out));
    json::object around;
    around["text"] = nested;
    nested = to_json(around);
  }
  for (const std::size_t limit : {std::size_t{200}, std::size_t{1000}}) {
    const std::string kept = mask_payload(nested, limit);
    FUZZ_CHECK(parse_json(kept));
    FUZZ_CHECK(kept.find(kSecret) == std::string::npos);
  }
}

}  // namespace wick::fuzz
