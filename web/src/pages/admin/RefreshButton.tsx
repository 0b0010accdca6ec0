// Asks the connected server which operations it has now, shows what would change, and accepts it on a second click.
import { Button, List, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { plural } from "../../lib/format";

type Changes = Schema<"DiscoveredChanges">;

export function RefreshButton({ connectorId }: { connectorId: string }) {
  const [changes, setChanges] = useState<Changes | null>(null);
  const ask = (dry_run: boolean) =>
    unwrap(
      api.POST("/admin/connectors/{id}/refresh", {
        params: { path: { id: connectorId } },
        body: { dry_run },
      }),
    );
  const refresh = [["admin"], ["connectors"]];
  const look = useAction(() => ask(true), {
    refresh,
    done: (found) => (isSame(found) ? "The server offers what is accepted here." : ""),
    onDone: (found) => !isSame(found) && setChanges(found),
  });
  const accept = useAction(() => ask(false), {
    refresh,
    done: ({ added, changed, removed }) =>
      `${plural(added.length + changed.length + removed.length, "operation")} updated.`,
    onDone: () => setChanges(null),
  });
  return (
    <>
      <Button variant="default" loading={look.isPending} onClick={() => look.mutate()}>
        Refresh
      </Button>
      <ConfirmDialog
        opened={changes !== null}
        title="Accept what the server offers now?"
        confirm="Accept"
        pending={accept.isPending}
        onConfirm={() => accept.mutate()}
        onClose={() => setChanges(null)}
      >
        <Text size="sm" mb="xs">
          Models read names, descriptions and schemas. Look closer where something changed that you
          did not expect.
        </Text>
        <List size="sm">
          {changes && <Line title="New" keys={changes.added} />}
          {changes && <Line title="Changed" keys={changes.changed} />}
          {changes && <Line title="Gone" keys={changes.removed} />}
        </List>
      </ConfirmDialog>
    </>
  );
}

function isSame({ added, changed, removed }: Changes): boolean {
  return added.length + changed.length + removed.length === 0;
}

function Line({ title, keys }: { title: string; keys: string[] }) {
  if (keys.length === 0) return null;
  return (
    <List.Item>
      {title}: {keys.join(", ")}
    </List.Item>
  );
}
