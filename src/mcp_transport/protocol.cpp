#include "mcp_transport/protocol.h"

#include "base/text.h"

namespace wick::upstream {

std::string excerpt(std::string_view text) {
  return printable(truncate_utf8(is_valid_utf8(text) ? text : "", kMaxErrorBytes));
}

std::unexpected<Error> not_mcp(const IncomingMessage& incoming) {
  std::string what = "The MCP server answers with status " + std::to_string(incoming.status);
  if (incoming.status == 401 || incoming.status == 403)
    what += ": it does not accept this connector's credentials";
  if (incoming.status >= 300 && incoming.status < 400) {
    what += incoming.redirect.empty() ? ", a redirect" : ", a redirect to " + excerpt(incoming.redirect);
    what += ", which is not followed: when the server has moved, an admin has to set its new address";
  }
  if (incoming.status == 200) what += ", but not with a message of the protocol";
  return fail(ErrorCode::kUpstream, what + ".");
}

void record_refusal(const std::shared_ptr<AccessRefusal>& refusal, const IncomingMessage& incoming) {
  if (refusal != nullptr && (incoming.status == 401 || incoming.status == 403))
    *refusal = {incoming.status, incoming.challenge};
}

}  // namespace wick::upstream
