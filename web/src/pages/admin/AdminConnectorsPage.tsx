import { Anchor, Badge, Button, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { allConnectorsQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { ConnectorState } from "../../components/ConnectorState";
import { Columns, DataTable } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { KindIcon } from "../../components/KindIcon";
import { PageHeader } from "../../components/PageHeader";
import { QueryView } from "../../components/QueryView";
import { ServerSwitch } from "../../components/ServerSwitch";
import { TagBadges } from "../../components/TagBadges";
import { CreateConnectorDialog } from "./CreateConnectorDialog";
import { DeleteConnectorDialog } from "./DeleteConnectorDialog";

type Summary = Schema<"ConnectorSummary">;

export function AdminConnectorsPage() {
  const connectors = useQuery(allConnectorsQuery);
  const [creating, setCreating] = useState(false);
  const [deleted, setDeleted] = useState<Summary | null>(null);
  return (
    <>
      <PageHeader
        title="Manage connectors"
        description="What your team's clients can reach, and with which credentials."
        actions={
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setCreating(true)}
          >
            Add connector
          </Button>
        }
      />
      <QueryView query={connectors}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No connectors yet">
              Add one: its credentials stay on this server, and your team calls it through Wick.
            </EmptyState>
          ) : (
            <DataTable
              caption="Connectors"
              head={
                <Columns names={["Connector", "Tags", "Operations", "State", "On", "Actions"]} />
              }
              minWidth={900}
            >
              {items.map((connector) => (
                <ConnectorRow key={connector.id} connector={connector} onDelete={setDeleted} />
              ))}
            </DataTable>
          )
        }
      </QueryView>
      {creating && <CreateConnectorDialog onClose={() => setCreating(false)} />}
      <DeleteConnectorDialog connector={deleted} onClose={() => setDeleted(null)} />
    </>
  );
}

interface RowProps {
  connector: Summary;
  onDelete: (connector: Summary) => void;
}

function ConnectorRow({ connector, onDelete }: RowProps) {
  const navigate = useNavigate();
  const path = { params: { path: { id: connector.id } } };
  const refresh = [["admin"], ["connectors"]];
  const setDisabled = useAction(
    (disabled: boolean) =>
      unwrap(api.PATCH("/admin/connectors/{id}", { ...path, body: { disabled } })),
    {
      refresh,
      done: (_, disabled) => `${connector.label} is turned ${disabled ? "off" : "on"}.`,
    },
  );
  const duplicate = useAction(() => unwrap(api.POST("/admin/connectors/{id}/duplicate", path)), {
    refresh,
    done: "Copied without secrets and tags. The copy is turned off.",
    onDone: (copy) => void navigate(`/admin/connectors/${copy.id}`),
  });

  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="sm" wrap="nowrap">
          <KindIcon kind={connector.kind} />
          <div>
            <Anchor component={Link} to={`/admin/connectors/${connector.id}`} size="sm" fw={500}>
              {connector.label}
            </Anchor>
            <Text size="xs" c="dimmed" lineClamp={2}>
              {connector.description}
            </Text>
          </div>
        </Group>
      </Table.Td>
      <Table.Td>
        <TagBadges tags={connector.tags} />
      </Table.Td>
      <Table.Td>
        {connector.operations_enabled} of {connector.operations_total}
        {connector.offered_changes > 0 && (
          <Badge color="yellow" ml="xs">
            {connector.offered_changes} changed
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        <ConnectorState connector={connector} />
      </Table.Td>
      <Table.Td>
        <ServerSwitch
          label={`${connector.label} is on`}
          on={!connector.disabled}
          onChange={(on) => setDisabled.mutateAsync(!on)}
        />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Button
            size="xs"
            variant="default"
            aria-label={`Duplicate ${connector.label}`}
            loading={duplicate.isPending}
            onClick={() => duplicate.mutate()}
          >
            Duplicate
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={`Delete ${connector.label}`}
            onClick={() => onDelete(connector)}
          >
            Delete
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
