// One key for what one form makes, however often it is sent: the server makes it once.
import { useState } from "react";

export function useIdempotencyKey() {
  const [key] = useState(() => crypto.randomUUID());
  return { "Idempotency-Key": key };
}
