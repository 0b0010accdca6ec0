import { useEffect, useState } from "react";
import { guardUnload } from "../../lib/unloadGuard";

/** The browser asks before the tab is closed, until the secret was copied, by its button or by hand. */
export function useGuardUntilCopied(secret: string) {
  const [copied, setCopied] = useState("");
  useEffect(() => (copied === secret ? undefined : guardUnload()), [copied, secret]);
  return () => setCopied(secret);
}
