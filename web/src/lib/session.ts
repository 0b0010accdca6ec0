// The signed-in user, for every page below RequireSession.
import { createContext, useContext } from "react";
import type { Schema } from "../api/client";

export const SessionContext = createContext<Schema<"Me"> | null>(null);

export function useMe(): Schema<"Me"> {
  const me = useContext(SessionContext);
  if (!me) throw new Error("useMe is used outside RequireSession");
  return me;
}
