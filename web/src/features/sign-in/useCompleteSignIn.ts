// The step after a successful sign-in, set-up or invitation.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import type { Schema } from "../../api/client";
import { sessionQuery } from "../../api/queries";

export function useCompleteSignIn() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return (session: Schema<"Session">, path = "/") => {
    queryClient.setQueryData(sessionQuery.queryKey, session);
    // Not a page of this app: the server goes on from there.
    if (path.startsWith("/oauth/authorize")) window.location.assign(path);
    else void navigate(path, { replace: true });
  };
}
