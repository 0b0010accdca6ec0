// For admins: calls, errors and p95 latency over time, of everything or of one connector, and by connector.
import { Button, Group, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { type Column, DataTable } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { count, plural } from "../../lib/format";
import { useUrlFilters } from "../../lib/useUrlFilters";
import { PeriodChart } from "./PeriodChart";
import { errorText, latencyText, periodName, type Period } from "./periods";

type Series = Schema<"UsageSeries">;
type Range = Series["range"];
type ConnectorUsage = Series["connectors"][number];

const ranges: Record<Range, string> = {
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  "90d": "90 days",
};
const usual: Range = "7d";
const isRange = (text: string | undefined): text is Range => text !== undefined && text in ranges;

export function UsageCharts({ connector }: { connector?: string }) {
  const filters = useUrlFilters();
  const asked = filters.get("range");
  const range = isRange(asked) ? asked : usual;
  const [asTable, setAsTable] = useState(false);
  const usage = useQuery({
    queryKey: ["admin", "usage", range, connector],
    queryFn: () => unwrap(api.GET("/admin/usage", { params: { query: { range, connector } } })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
  return (
    <Stack gap="lg">
      <Panel
        title="Usage"
        description={usage.data && summaryOf(usage.data)}
        actions={
          <Group gap="xs" role="group" aria-label="Time range">
            {Object.entries(ranges).map(([value, label]) => (
              <Button
                key={value}
                size="xs"
                variant={value === range ? "filled" : "default"}
                aria-pressed={value === range}
                onClick={() => filters.set("range", value === usual ? null : value)}
              >
                {label}
              </Button>
            ))}
          </Group>
        }
      >
        <QueryView query={usage}>
          {(data) => (
            <Stack gap="sm" aria-busy={usage.isPlaceholderData}>
              <PeriodChart
                key={data.range}
                label={data.grain === "hour" ? "Usage by hour" : "Usage by day"}
                periods={data.periods}
                grain={data.grain}
              />
              <Group justify="space-between" gap="xs">
                <Text size="xs" c="dimmed">
                  Times are in UTC. Counts are kept for {plural(data.kept_days, "day")}. p95 is an
                  estimate, accurate to {data.p95_error_percent} %.
                </Text>
                <Button
                  size="xs"
                  variant="default"
                  aria-expanded={asTable}
                  onClick={() => setAsTable(!asTable)}
                >
                  {asTable ? "Hide the table" : "Show as a table"}
                </Button>
              </Group>
              {asTable && (
                <DataTable
                  caption={data.grain === "hour" ? "Usage by hour" : "Usage by day"}
                  columns={periodColumns(data)}
                  rows={data.periods.toReversed()}
                  rowKey={({ start }) => start}
                />
              )}
            </Stack>
          )}
        </QueryView>
      </Panel>
      {!connector && usage.data && usage.data.connectors.length > 0 && (
        <Panel title="By connector" description={`Last ${ranges[usage.data.range]}`}>
          <DataTable
            caption="Usage by connector"
            columns={connectorColumns}
            rows={usage.data.connectors}
            rowKey={(row) => row.connector?.id ?? ""}
          />
        </Panel>
      )}
    </Stack>
  );
}

function summaryOf({ total }: Series): string {
  const calls = `${plural(total.calls, "call")}, ${plural(total.errors, "error")}`;
  return total.p95_ms === null ? calls : `${calls}, p95 ${latencyText(total.p95_ms)}`;
}

const counts = [
  { label: "Calls", width: 110, cell: ({ calls }: Pick<Period, "calls">) => count(calls) },
  { label: "Errors", width: 130, cell: errorText },
  {
    label: "p95 latency",
    width: 130,
    cell: ({ p95_ms }: Pick<Period, "p95_ms">) => latencyText(p95_ms),
  },
];

const periodColumns = ({ grain }: Series): Column<Period>[] => [
  {
    label: grain === "hour" ? "Hour" : "Day",
    role: "name",
    cell: ({ start }) => periodName(start, grain),
  },
  ...counts,
];

const connectorColumns: Column<ConnectorUsage>[] = [
  {
    label: "Connector",
    role: "name",
    cell: ({ connector }) =>
      connector ? (
        <TruncatedText to={`/admin/connectors/${connector.id}`}>{connector.label}</TruncatedText>
      ) : (
        "No connector: search and meta tools"
      ),
  },
  ...counts,
];
