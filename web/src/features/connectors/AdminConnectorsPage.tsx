import { Badge, Box, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { adminConnectorsQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { AddButton } from "../../components/AddButton";
import { ServerSwitch } from "../../components/form/ServerSwitch";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { lazyComponent } from "../../components/lazyComponent";
import { type Column, DataTable } from "../../components/table/DataTable";
import { DeleteButton } from "../../components/table/RowActions";
import { TruncatedText } from "../../components/table/TruncatedText";
import { TagBadges } from "../../components/TagBadges";
import { ConnectorState } from "./ConnectorState";
import { DeleteConnectorDialog } from "./DeleteConnectorDialog";
import { KindIcon } from "./KindIcon";

const CreateConnectorDialog = lazyComponent(
  async () => (await import("./CreateConnectorDialog")).CreateConnectorDialog,
);

type Summary = Schema<"ConnectorSummary">;

export function AdminConnectorsPage() {
  const connectors = useQuery(adminConnectorsQuery);
  const [creating, setCreating] = useState(false);
  const [deleted, setDeleted] = useState<Summary | null>(null);
  return (
    <>
      <PageHeader
        title="Manage connectors"
        description="The systems that clients can use, and the credentials for them."
        actions={<AddButton onClick={() => setCreating(true)}>Add connector</AddButton>}
      />
      <QueryView query={connectors}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No connectors yet">
              Add a connector. Its credentials stay on this server, and your team uses it through
              Wick.
            </EmptyState>
          ) : (
            <ConnectorTable connectors={items} onDelete={setDeleted} />
          )
        }
      </QueryView>
      {creating && <CreateConnectorDialog onClose={() => setCreating(false)} />}
      <DeleteConnectorDialog connector={deleted} onClose={() => setDeleted(null)} />
    </>
  );
}

interface TableProps {
  connectors: Summary[];
  onDelete: (connector: Summary) => void;
}

const refresh = [["admin"], ["connectors"]];

function ConnectorTable({ connectors, onDelete }: TableProps) {
  const columns: Column<Summary>[] = [
    {
      label: "Connector",
      role: "name",
      cell: (connector) => (
        <Group gap="sm" wrap="nowrap">
          <KindIcon kind={connector.kind} />
          <Box miw={0}>
            <TruncatedText to={`/admin/connectors/${connector.id}`}>
              {connector.label}
            </TruncatedText>
            <TruncatedText size="xs" c="dimmed">
              {connector.description}
            </TruncatedText>
          </Box>
        </Group>
      ),
    },
    { label: "Tags", cell: ({ tags }) => <TagBadges tags={tags} /> },
    {
      label: "Operations",
      width: 120,
      cell: (connector) => (
        <>
          {connector.operations_enabled} of {connector.operations_total}{" "}
          {connector.offered_changes > 0 && (
            <Badge color="yellow">{connector.offered_changes} changed</Badge>
          )}
        </>
      ),
    },
    { label: "State", width: 100, cell: (connector) => <ConnectorState connector={connector} /> },
    { label: "On", width: 70, cell: (connector) => <OnSwitch connector={connector} /> },
    {
      label: "Actions",
      role: "actions",
      width: 210,
      cell: (connector) => (
        <>
          <DuplicateButton connector={connector} />
          <DeleteButton name={connector.label} onDelete={() => onDelete(connector)} />
        </>
      ),
    },
  ];
  return (
    <DataTable caption="Connectors" columns={columns} rows={connectors} rowKey={({ id }) => id} />
  );
}

function OnSwitch({ connector: { id, label, disabled } }: { connector: Summary }) {
  const setDisabled = useAction(
    (disabled: boolean) =>
      unwrap(api.PATCH("/admin/connectors/{id}", { params: { path: { id } }, body: { disabled } })),
    { refresh, done: (_, disabled) => `${label} is turned ${disabled ? "off" : "on"}.` },
  );
  return (
    <ServerSwitch
      label={`${label} is on`}
      on={!disabled}
      onChange={(on) => setDisabled.mutateAsync(!on)}
    />
  );
}

function DuplicateButton({ connector: { id, label } }: { connector: Summary }) {
  const navigate = useNavigate();
  const duplicate = useAction(
    () => unwrap(api.POST("/admin/connectors/{id}/duplicate", { params: { path: { id } } })),
    {
      refresh,
      done: "Copied without secrets and tags. The copy is turned off.",
      onDone: (copy) => void navigate(`/admin/connectors/${copy.id}`),
    },
  );
  return (
    <Button
      size="xs"
      variant="default"
      aria-label={`Duplicate ${label}`}
      loading={duplicate.isPending}
      onClick={() => duplicate.mutate()}
    >
      Duplicate
    </Button>
  );
}
