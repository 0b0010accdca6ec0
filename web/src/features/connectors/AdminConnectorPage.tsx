import { Alert, Button, Code, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, unwrap } from "../../api/client";
import { adminConnectorQuery, connectorKindsQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { lazyComponent } from "../../components/lazyComponent";
import { OperationsPanel } from "../operations/OperationsPanel";
import { AccountsPanel } from "./AccountsPanel";
import { ConnectorState } from "./ConnectorState";

const UsageCharts = lazyComponent(async () => (await import("../usage/UsageCharts")).UsageCharts);
const ConnectorForm = lazyComponent(async () => (await import("./ConnectorForm")).ConnectorForm);
const DeleteConnectorDialog = lazyComponent(
  async () => (await import("./DeleteConnectorDialog")).DeleteConnectorDialog,
);

export function AdminConnectorPage() {
  const { id = "" } = useParams();
  const navigate = useNavigate();
  const connector = useQuery(adminConnectorQuery(id));
  const kinds = useQuery(connectorKindsQuery);
  const [deleting, setDeleting] = useState(false);
  const setDisabled = useAction(
    (disabled: boolean) =>
      unwrap(api.PATCH("/admin/connectors/{id}", { params: { path: { id } }, body: { disabled } })),
    { refresh: [["admin"], ["connectors"]] },
  );

  return (
    <QueryView query={connector} page="Connector">
      {(data) => (
        <QueryView query={kinds} page="Connector">
          {({ items }) => {
            const kind = items.find((candidate) => candidate.kind === data.kind);
            return (
              <>
                <PageHeader
                  title={data.label}
                  description={
                    <>
                      {kind?.name ?? data.kind} <ConnectorState connector={data} />
                      {data.health === "failing" && <Text size="sm">{data.health_message}</Text>}
                    </>
                  }
                  actions={
                    <>
                      {!data.disabled && (
                        <Button
                          variant="default"
                          component={Link}
                          to={`/connectors/${id}?tab=test`}
                        >
                          Test
                        </Button>
                      )}
                      <Button
                        variant="default"
                        loading={setDisabled.isPending}
                        onClick={() => setDisabled.mutate(!data.disabled)}
                      >
                        {data.disabled ? "Turn on" : "Turn off"}
                      </Button>
                      <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>
                        Delete
                      </Button>
                    </>
                  }
                />
                <Stack gap="lg" key={data.id}>
                  {data.left_out && (
                    <Alert color="yellow" title="Some of the server's tools cannot be used">
                      {data.left_out.map((one) => (
                        <Text size="sm" key={one}>
                          {one}
                        </Text>
                      ))}
                    </Alert>
                  )}
                  {data.stderr && (
                    <Panel title="Standard error">
                      <Code block>{data.stderr}</Code>
                    </Panel>
                  )}
                  <AccountsPanel connector={data} />
                  <ConnectorForm connector={data} fields={kind?.fields ?? []} />
                  <OperationsPanel
                    connector={data}
                    custom={kind?.custom_operations ?? false}
                    discovers={kind?.discovers ?? false}
                  />
                  <UsageCharts connector={data.id} />
                </Stack>
                {deleting && (
                  <DeleteConnectorDialog
                    connector={data}
                    onDeleted={() => void navigate("/admin/connectors")}
                    onClose={() => setDeleting(false)}
                  />
                )}
              </>
            );
          }}
        </QueryView>
      )}
    </QueryView>
  );
}
