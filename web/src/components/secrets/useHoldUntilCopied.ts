import { useEffect, useState } from "react";
import { holdPage } from "../../lib/holdPage";

/** The browser asks before the tab is closed, until the secret was copied, by its button or by hand. */
export function useHoldUntilCopied(secret: string) {
  const [copied, setCopied] = useState("");
  useEffect(() => (copied === secret ? undefined : holdPage()), [copied, secret]);
  return () => setCopied(secret);
}
