// A change on the server: run it, refresh what it touched, say how it went.
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";

interface ActionOptions<Input, Output> {
  /** Queries that are stale once it succeeded. */
  refresh?: QueryKey[];
  /** What to tell the person on success; empty: nothing. */
  done?: string | ((output: Output, input: Input) => string);
  onDone?: (output: Output, input: Input) => void;
  /** The caller shows `error` itself, beside its form. */
  showsError?: boolean;
}

export function useAction<Input = void, Output = unknown>(
  run: (input: Input) => Promise<Output>,
  { refresh = [], done, onDone, showsError = false }: ActionOptions<Input, Output> = {},
) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: run,
    // Outputs may be secrets shown once: the cache must not keep them when the page is left.
    gcTime: 0,
    onSuccess: (output, input) => {
      if (done) {
        const message = typeof done === "string" ? done : done(output, input);
        if (message) notifications.show({ message, color: "green" });
      }
      onDone?.(output, input);
      // Pending until the page shows the change: a button never comes back to life beside the old state.
      return Promise.all(refresh.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      if (!showsError) notifications.show({ message: error.message, color: "red" });
    },
  });
}
