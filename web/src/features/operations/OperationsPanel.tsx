// A connector's operations: on or off each, and for kinds whose operations are the admin's own, their editor.
import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { ServerSwitch } from "../../components/form/ServerSwitch";
import { EmptyState } from "../../components/layout/EmptyState";
import { Panel } from "../../components/layout/Panel";
import { lazyComponent } from "../../components/lazyComponent";
import { type Column, DataTable } from "../../components/table/DataTable";
import { RowActions } from "../../components/table/RowActions";
import { TruncatedText } from "../../components/table/TruncatedText";
import { plural } from "../../lib/format";
import { OperationHints } from "./OperationHints";
import { RefreshButton } from "./RefreshButton";
import { kindOf } from "./toolChanges";

const OperationDialog = lazyComponent(
  async () => (await import("./OperationDialog")).OperationDialog,
);
const ToolChangesDialog = lazyComponent(
  async () => (await import("./ToolChangesDialog")).ToolChangesDialog,
);
const ImportOpenapiDialog = lazyComponent(
  async () => (await import("../imports/ImportOpenapiDialog")).ImportOpenapiDialog,
);

type Operation = Schema<"Operation">;

interface Props {
  connector: Schema<"Connector">;
  /** The kind lets an admin add and change operations. */
  custom: boolean;
  /** The connected system itself says which there are. */
  discovers: boolean;
}

export function OperationsPanel({ connector, custom, discovers }: Props) {
  const [edited, setEdited] = useState<Operation | "new" | "curl" | null>(null);
  const [deleted, setDeleted] = useState<Operation | null>(null);
  const [importing, setImporting] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const { offer } = connector;
  const pathOf = (key: string) => ({ params: { path: { id: connector.id, key } } });
  const refresh = [["admin"], ["connectors"]];
  const toggle = useAction(
    ({ key, enabled }: { key: string; enabled: boolean }) =>
      unwrap(
        api.PATCH("/admin/connectors/{id}/operations/{key}", {
          ...pathOf(key),
          body: { enabled },
        }),
      ),
    { refresh },
  );
  const remove = useAction(
    ({ key }: Operation) =>
      unwrap(api.DELETE("/admin/connectors/{id}/operations/{key}", pathOf(key))),
    {
      refresh,
      done: (_, { name }) => `${name} is deleted.`,
      onDone: () => setDeleted(null),
    },
  );

  const columns: Column<Operation>[] = [
    {
      label: "On",
      width: 64,
      cell: ({ key, name, enabled: on }) => (
        <ServerSwitch
          label={`${name} is on`}
          on={on}
          onChange={(enabled) => toggle.mutateAsync({ key, enabled })}
        />
      ),
    },
    {
      label: "Operation",
      role: "name",
      cell: (operation) => (
        <Stack gap={4}>
          <TruncatedText fw={500}>{operation.name}</TruncatedText>
          <Group gap="xs">
            <OperationHints operation={operation} />
            <ToolChangeBadge operation={operation} offer={offer} />
          </Group>
          <Text size="xs" c="dimmed">
            {operation.description}
          </Text>
          {operation.rest && (
            <Text size="xs" ff="monospace">
              {operation.rest.method} {operation.rest.path}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      label: "Tool",
      width: 260,
      cell: ({ tool_name }) => <TruncatedText ff="monospace">{tool_name}</TruncatedText>,
    },
    {
      label: "Actions",
      role: "actions",
      width: 180,
      cell: (operation) => (
        <RowActions
          name={operation.name}
          onEdit={() => setEdited(operation)}
          onDelete={() => setDeleted(operation)}
        />
      ),
    },
  ];

  return (
    <Panel
      title="Operations"
      description="Clients cannot see or call operations that are turned off."
      actions={
        <Group gap="xs">
          {custom && (
            <>
              <Button variant="default" onClick={() => setImporting(true)}>
                Import OpenAPI
              </Button>
              <Button variant="default" onClick={() => setEdited("curl")}>
                From a cURL command
              </Button>
              <Button variant="default" onClick={() => setEdited("new")}>
                Add operation
              </Button>
            </>
          )}
          {discovers && (
            <RefreshButton connectorId={connector.id} onDifference={() => setReviewing(true)} />
          )}
        </Group>
      }
    >
      {offer && (
        <Alert color="yellow" mb="md" title="The server's tools have changed">
          <Group justify="space-between">
            <Text size="sm">
              {plural(offer.changes.length, "operation")}{" "}
              {offer.changes.length === 1 ? "differs" : "differ"} from the accepted definitions.
              Changes take effect after you accept them.
            </Text>
            <Button variant="default" onClick={() => setReviewing(true)}>
              Review changes
            </Button>
          </Group>
        </Alert>
      )}
      {connector.operations.length === 0 ? (
        <EmptyState title="No operations yet">
          {discovers && "Press Refresh to load the operations of the server."}
        </EmptyState>
      ) : (
        <DataTable
          caption="Operations"
          columns={columns.filter(({ label }) => custom || label !== "Actions")}
          rows={connector.operations}
          rowKey={({ key }) => key}
        />
      )}
      {edited && (
        <OperationDialog
          connector={connector}
          operation={typeof edited === "string" ? null : edited}
          fromCurl={edited === "curl"}
          onClose={() => setEdited(null)}
        />
      )}
      {reviewing && offer && (
        <ToolChangesDialog
          connectorId={connector.id}
          offer={offer}
          onClose={() => setReviewing(false)}
        />
      )}
      {importing && (
        <ImportOpenapiDialog connectorId={connector.id} onClose={() => setImporting(false)} />
      )}
      <ConfirmDialog
        opened={deleted !== null}
        title={`Delete the operation ${deleted?.name ?? ""}?`}
        confirm="Delete"
        pending={remove.isPending}
        onConfirm={() => deleted && remove.mutate(deleted)}
        onClose={() => setDeleted(null)}
      >
        Clients can no longer call it. Its call history is kept.
      </ConfirmDialog>
    </Panel>
  );
}

function ToolChangeBadge({ operation, offer }: { operation: Operation; offer?: Schema<"Offer"> }) {
  if (operation.held) return <Badge color="red">held back</Badge>;
  const change = offer?.changes.find(({ key }) => key === operation.key);
  if (!change) return null;
  return <Badge color="yellow">{kindOf(change).toLowerCase()} on the server</Badge>;
}
