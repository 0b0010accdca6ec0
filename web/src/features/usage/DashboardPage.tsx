import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { StatCard, StatRow } from "../../components/layout/StatCard";
import { lazyComponent } from "../../components/lazyComponent";
import { RunTable } from "../history/RunTable";

const UsageCharts = lazyComponent(async () => (await import("./UsageCharts")).UsageCharts);

/** The counts are of the day in UTC. */
const startOfDay = () => `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`;

export function DashboardPage() {
  const today = new URLSearchParams({ from: startOfDay() }).toString();
  const dashboard = useQuery({
    queryKey: ["admin", "dashboard"],
    queryFn: () => unwrap(api.GET("/admin/dashboard")),
  });
  return (
    <>
      <PageHeader title="Dashboard" description="This server at a glance." />
      <QueryView query={dashboard}>
        {(counts) => (
          <Stack gap="lg">
            <StatRow>
              <StatCard label="Active users" value={counts.users} to="/admin/users?status=active" />
              <StatCard
                label="Pending users"
                value={counts.pending_users}
                to="/admin/users?status=pending"
              />
              <StatCard
                label="Active tokens"
                value={counts.active_tokens}
                to="/admin/access-tokens"
              />
              <StatCard label="Connections" value={counts.connections} to="/admin/connections" />
              <StatCard label="Connectors" value={counts.connectors} to="/admin/connectors" />
              <StatCard
                label="Calls today"
                value={counts.calls_today}
                to={`/admin/history?${today}`}
              />
              <StatCard
                label="Errors today"
                value={counts.errors_today}
                to={`/admin/history?status=failed&${today}`}
              />
            </StatRow>
            <UsageCharts />
            <Panel title="Latest errors">
              {counts.latest_errors.length === 0 ? (
                <EmptyState title="No errors" />
              ) : (
                <RunTable runs={counts.latest_errors} showUser />
              )}
            </Panel>
          </Stack>
        )}
      </QueryView>
    </>
  );
}
