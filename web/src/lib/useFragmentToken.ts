// The secret of a set-up or invitation link is in the fragment, which no server or proxy logs.
import { useEffect, useState } from "react";

/** `#token=…` as it was when the page opened; it is taken out of the address bar and the history at once. */
export function useFragmentToken(): string {
  const [token] = useState(
    () => new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "",
  );
  useEffect(() => {
    if (window.location.hash) {
      window.history.replaceState(window.history.state, "", window.location.pathname);
    }
  }, []);
  return token;
}
