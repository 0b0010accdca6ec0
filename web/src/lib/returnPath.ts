// Where to go after signing in. The path comes from the address bar, so from anyone.

/** `candidate` when it is a path of this site, else the first page. */
export function safeReturnPath(candidate: string | null): string {
  if (!candidate?.startsWith("/")) return "/";
  // Browsers read "/\host" like "//host": as another site.
  if (candidate[1] === "/" || candidate[1] === "\\") return "/";
  // They also drop tabs and line breaks from a URL, which could bring the second slash back.
  if (/\p{Cc}/u.test(candidate)) return "/";
  return candidate;
}

export function signInPath(returnPath: string): string {
  return returnPath === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(returnPath)}`;
}
