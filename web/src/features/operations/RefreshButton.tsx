// Asks the connected server which operations it has now; `onDifference` when that is not what is accepted.
import { Button } from "@mantine/core";
import { api, longRunning, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";

interface Props {
  connectorId: string;
  onDifference: () => void;
}

export function RefreshButton({ connectorId, onDifference }: Props) {
  const look = useAction(
    async () => {
      const { added, changed, removed } = await unwrap(
        api.POST("/admin/connectors/{id}/refresh", {
          params: { path: { id: connectorId } },
          body: { dry_run: true },
          ...longRunning,
        }),
      );
      return added.length + changed.length + removed.length === 0;
    },
    {
      refresh: [["admin"], ["connectors"]],
      done: (isSame) => (isSame ? "The server's tools have not changed." : ""),
      onDone: (isSame) => !isSame && onDifference(),
    },
  );
  return (
    <Button variant="default" loading={look.isPending} onClick={() => look.mutate()}>
      Refresh
    </Button>
  );
}
