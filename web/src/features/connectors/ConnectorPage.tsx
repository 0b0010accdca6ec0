import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { connectorQuery } from "../../api/queries";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { TabBar } from "../../components/layout/TabBar";
import { lazyComponent } from "../../components/lazyComponent";
import { TagBadges } from "../../components/TagBadges";
import { useMe } from "../../lib/session";
import { OperationsTab } from "../operations/OperationsTab";
import { AccountPanel } from "./AccountPanel";
import { ConnectorState } from "./ConnectorState";

const HistoryTab = lazyComponent(async () => (await import("./HistoryTab")).HistoryTab);
const UsageCharts = lazyComponent(async () => (await import("../usage/UsageCharts")).UsageCharts);
const TestTab = lazyComponent(async () => (await import("../operations/TestTab")).TestTab);

export function ConnectorPage() {
  const { id = "" } = useParams();
  const me = useMe();
  const connector = useQuery(connectorQuery(id));
  return (
    <QueryView query={connector} page="Connector">
      {(data) => (
        <>
          <PageHeader
            title={data.label}
            description={
              <>
                <Text c="dimmed">{data.description}</Text>
                <Group gap="xs" mt="xs">
                  <ConnectorState connector={data} />
                  <TagBadges tags={data.tags} />
                </Group>
              </>
            }
            actions={
              me.role === "admin" && (
                <Button variant="default" component={Link} to={`/admin/connectors/${id}`}>
                  Manage
                </Button>
              )
            }
          />
          {data.account !== "none" && <AccountPanel connector={data} />}
          <TabBar
            tabs={[
              {
                value: "operations",
                label: "Operations",
                content: <OperationsTab connector={data} />,
              },
              { value: "test", label: "Test", content: <TestTab connector={data} /> },
              { value: "history", label: "History", content: <HistoryTab connectorId={data.id} /> },
              ...(me.role === "admin"
                ? [
                    {
                      value: "usage",
                      label: "Usage",
                      content: <UsageCharts connector={data.id} />,
                    },
                  ]
                : []),
            ]}
          />
        </>
      )}
    </QueryView>
  );
}
