// A change on the server: run it, refresh what it touched, say how it went.
import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { stringifyJson } from "../lib/json";
import { notify } from "../lib/notices";
import { ApiError } from "./client";

interface ActionOptions<Input, Output> {
  /** Queries that are stale once it succeeded. */
  refresh?: QueryKey[];
  /** The message on success; empty: none. */
  done?: string | ((output: Output, input: Input) => string);
  /** Called also when the page was left meanwhile. */
  onDone?: (output: Output, input: Input) => void;
  /** The caller shows `error` itself, next to its form. */
  showsError?: boolean;
}

export function useAction<Input = void, Output = unknown>(
  run: (input: Input) => Promise<Output>,
  { refresh = [], done, onDone, showsError = false }: ActionOptions<Input, Output> = {},
) {
  const queryClient = useQueryClient();
  const busy = useBusy();
  const onPage = useOnPage();
  const mutation = useMutation({
    mutationFn: run,
    // Outputs may be secrets shown once: the cache must not keep them when the page is left.
    gcTime: 0,
    onSuccess: (output, input) => {
      if (done) {
        const message = typeof done === "string" ? done : done(output, input);
        if (message) notify("done", message);
      }
      onDone?.(output, input);
      // Pending until the page shows the change: a button is never enabled while the old state is still shown.
      return Promise.all(refresh.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      // It may have been done all the same, or be about something that has changed: the lists say what is so now.
      if (isUnclear(error)) {
        for (const queryKey of refresh) void queryClient.invalidateQueries({ queryKey });
      }
      if (showsError && onPage.current) return;
      notify("failed", error.message);
    },
    onSettled: (_output, _error, input) => busy.end(keyOf(input)),
  });
  return {
    ...mutation,
    /** Does nothing while the same action runs: two presses before the next render are one. */
    mutate: (input: Input) => {
      if (busy.begin(keyOf(input))) mutation.mutate(input);
    },
    mutateAsync: async (input: Input) => {
      if (busy.begin(keyOf(input))) await mutation.mutateAsync(input);
    },
    isBusyWith: (input: Input) => busy.has(keyOf(input)),
  };
}

const isUnclear = (error: Error) =>
  error instanceof ApiError &&
  (["timeout", "unreachable", "unreadable"].includes(error.code) ||
    [404, 409].includes(error.status));

/** Whether the component is still there. */
function useOnPage() {
  const onPage = useRef(false);
  useEffect(() => {
    onPage.current = true;
    return () => {
      onPage.current = false;
    };
  }, []);
  return onPage;
}

const keyOf = (input: unknown) => stringifyJson(input);

/** The inputs whose action runs: known immediately, and rendered. */
function useBusy() {
  const now = useRef(new Set<string>());
  const [drawn, setDrawn] = useState<ReadonlySet<string>>(new Set());
  return {
    begin: (key: string) => {
      if (now.current.has(key)) return false;
      now.current.add(key);
      setDrawn(new Set(now.current));
      return true;
    },
    end: (key: string) => {
      now.current.delete(key);
      setDrawn(new Set(now.current));
    },
    has: (key: string) => drawn.has(key),
  };
}
