// The secret of a set-up or invitation link is in the fragment, which no server or proxy logs.
import { useEffect, useState } from "react";

const tokenIn = (hash: string) => new URLSearchParams(hash.slice(1)).get("token") ?? "";

/**
 * `#token=…` of the address with which the page was opened, or which was put into the address bar since; it is taken out
 * of the address bar and the history at once.
 */
export function useFragmentToken(): string {
  const [token, setToken] = useState(() => tokenIn(window.location.hash));
  useEffect(() => {
    const take = () => {
      const { hash, pathname } = window.location;
      if (!hash) return;
      const found = tokenIn(hash);
      if (found) setToken(found);
      window.history.replaceState(window.history.state, "", pathname);
    };
    take();
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);
  return token;
}
