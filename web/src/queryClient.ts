// The cache of server state, and the one place where a lost session is noticed.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api/client";
import { signInPath } from "./lib/returnPath";
import { router } from "./router";

const publicPaths = ["/sign-in", "/setup", "/invite"];

function onError(error: Error) {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  const { pathname, search } = router.state.location;
  // There a 401 is about what the person just typed.
  if (publicPaths.includes(pathname)) return;
  // What the former session could see must not outlive it; the pages that show it are gone first.
  void router.navigate(signInPath(pathname + search), { replace: true }).then(() => {
    queryClient.clear();
  });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays a refusal; only a server that is restarting is worth another try.
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
    },
  },
});
