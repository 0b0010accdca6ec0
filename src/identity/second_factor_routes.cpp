// The second step of sign-in by password, and the signed-in user's second factor.
#include "access/snapshot.h"
#include "api/references.h"
#include "api/request_fields.h"
#include "http/cookies.h"
#include "identity/identity_routes.h"
#include "identity/second_factor_service.h"
#include "identity/session_cookie.h"
#include "identity/session_service.h"
#include "identity/user_view.h"

namespace wick::api {
namespace {

// SameSite=Strict: only our own pages send it.
constexpr http::CookieType kPendingCookie{"wick_sign_in", http::SameSite::kStrict, kPendingSignInAge};

std::string pending_cookie(const IdentityRouteServices& services, std::string_view value) {
  return http::set_cookie(services.public_url, kPendingCookie, value);
}

// One of "code" and "recovery_code".
Result<SecondFactorProof> read_proof(const json::object& body) {
  WICK_TRY(code, optional_string(body, "code"));
  WICK_TRY(recovery_code, optional_string(body, "recovery_code"));
  if (code.has_value() == recovery_code.has_value())
    return fail(ErrorCode::kInvalidArgument, "Give either \"code\" or \"recovery_code\".");
  SecondFactorProof proof;
  proof.kind = code ? SecondFactorProof::Kind::kTotp : SecondFactorProof::Kind::kRecoveryCode;
  proof.code = Secret(std::move(code ? *code : *recovery_code));
  return proof;
}

// The password of the session's user, and a proof of the second factor.
Result<SecondFactorProof> read_password_and_proof(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"password", "code", "recovery_code"}));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_TRY(proof, read_proof(context.body));
  WICK_CHECK(services.sessions.confirm_password(context.session, Secret(std::move(password))));
  return std::move(proof);
}

Reply shown(int status, const RecoveryCodes& codes) {
  json::array items;
  for (const Secret& code : codes) items.push_back(json::string(code.reveal()));
  json::object out;
  out["recovery_codes"] = std::move(items);
  return {status, std::move(out)};
}

Result<Reply> finish_sign_in(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"code", "recovery_code"}));
  WICK_TRY(proof, read_proof(context.body));
  const auto pending = context.request.cookie(http::cookie_name(services.public_url, kPendingCookie));
  WICK_TRY(made, services.sessions.finish_sign_in(pending.value_or(""), proof, context.request.remote_address,
                                                  context.request.header("user-agent").value_or("")));
  Reply reply = signed_in(services, made);
  reply.headers.emplace_back("Set-Cookie", pending_cookie(services, ""));
  return reply;
}

Result<Reply> get_state(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(state, services.second_factors.state(context.user->id));
  json::object out;
  out["since"] = time_or_null(state.since);
  out["recovery_codes_left"] = state.recovery_codes;
  out["required"] = services.second_factors.is_required(context.user->role);
  return Reply{200, std::move(out)};
}

Result<Reply> begin(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"password"}));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_CHECK(services.sessions.confirm_password(context.session, Secret(std::move(password))));
  WICK_TRY(enrolment, services.second_factors.start_enrolment(context.user->id, context.session.id));
  json::object out;
  out["secret"] = enrolment.base32.reveal();
  out["uri"] = enrolment.uri.reveal();
  out["expires_at"] = format_rfc3339(enrolment.expires_at);
  return Reply{201, std::move(out)};
}

Result<Reply> confirm(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"code"}));
  WICK_TRY(code, required_string(context.body, "code"));
  WICK_TRY(codes, services.second_factors.confirm(context.user->id, context.session.id,
                                                  Secret(std::move(code)), context.session.ip));
  return shown(201, codes);
}

Result<Reply> renew_recovery_codes(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(proof, read_password_and_proof(services, context));
  WICK_TRY(codes, services.second_factors.renew_recovery_codes(context.user->id, proof, context.session.ip));
  return shown(201, codes);
}

Result<Reply> turn_off(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(proof, read_password_and_proof(services, context));
  WICK_CHECK(services.second_factors.turn_off(context.user->id, proof, context.session.ip));
  return Reply{204, nullptr};
}

}  // namespace

Reply signed_in(const IdentityRouteServices& services, const NewBrowserSession& made) {
  const auto snapshot = services.access.snapshot();
  BrowserSession session = made.session;
  // As the next request will find it.
  if (auto found = services.sessions.find_before_enrolment(made.cookie.reveal())) session = std::move(*found);
  return {201,
          session_view(*snapshot, session),
          {{"Set-Cookie", set_session_cookie(services.public_url, made.cookie.reveal())}}};
}

Reply signed_in(const IdentityRouteServices& services, const SignIn& made) {
  if (const auto* session = std::get_if<NewBrowserSession>(&made)) return signed_in(services, *session);
  const PendingSignIn& pending = std::get<PendingSignIn>(made);
  json::object out;
  out["expires_at"] = format_rfc3339(pending.expires_at);
  return {202, std::move(out), {{"Set-Cookie", pending_cookie(services, pending.cookie.reveal())}}};
}

void mount_second_factor(Api& api, const IdentityRouteServices& services) {
  Routes routes(api, services);
  constexpr auto kMine = Access::kBeforeEnrolment;
  constexpr auto kPasswords = http::Workers::kPasswords;
  routes.route("POST", "/session/second-factor", Access::kPublic, finish_sign_in);
  routes.route("GET", "/me/second-factor", kMine, get_state);
  routes.route("POST", "/me/second-factor/enrolment", kMine, begin, kPasswords);
  routes.route("POST", "/me/second-factor", kMine, confirm);
  routes.route("POST", "/me/second-factor/recovery-codes", kMine, renew_recovery_codes, kPasswords);
  routes.route("POST", "/me/second-factor/turn-off", kMine, turn_off, kPasswords);
}

}  // namespace wick::api
