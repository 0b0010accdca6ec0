// The cache of server state, and the one place where a lost session is noticed.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api/client";
import { signInPath } from "./lib/returnPath";
import { router } from "./router";

const publicPaths = ["/sign-in", "/setup", "/invite"];

function onError(error: Error) {
  if (!(error instanceof ApiError)) return;
  // Perhaps the session may do nothing before a second factor is set up: its page knows.
  if (error.code === "policy") void queryClient.invalidateQueries({ queryKey: ["session"] });
  if (error.status !== 401) return;
  const { pathname, search } = router.state.location;
  // There a 401 is about what the person just typed.
  if (publicPaths.includes(pathname)) return;
  // Data of the former session must not outlive it; the pages that show the data are removed first.
  void router.navigate(signInPath(pathname + search), { replace: true }).then(() => {
    queryClient.clear();
  });
}

// Only a server that is restarting is worth another try; without a network the page says so at once.
const isRestarting = ({ status, code }: ApiError) =>
  code === "unreachable" || (status >= 502 && status <= 504);

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    // "always": a request that was made offline fails now. By default it would wait, and a change would be sent when
    // the page is long left.
    queries: {
      networkMode: "always",
      staleTime: 5_000,
      refetchOnReconnect: true,
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiError && isRestarting(error) && navigator.onLine,
    },
    mutations: { networkMode: "always", retry: false },
  },
});
