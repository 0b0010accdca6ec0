// What a token or a connection was used for: calls by day, connector, address and client.
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schema } from "../api/client";
import { CardGrid } from "./CardGrid";
import { DayChart } from "./DayChart";
import { Panel } from "./Panel";
import { Time } from "./Time";
import { count, plural } from "../lib/format";
import classes from "./UsagePanels.module.css";

export function UsagePanels({ usage }: { usage: Schema<"TokenUsage"> }) {
  return (
    <>
      <Panel
        title="Last 30 days"
        description={`${plural(usage.calls, "call")} ever, ${plural(usage.errors, "error")}`}
      >
        <DayChart days={usage.days} />
      </Panel>
      <CardGrid>
        <Panel title="Connectors">
          <UsageTable
            caption="Calls by connector"
            rows={usage.connectors.map(({ connector, calls }) => [connector.label, calls])}
          />
        </Panel>
        <Panel title="Addresses">
          <UsageTable
            caption="Calls by address"
            rows={usage.addresses.map(({ ip, calls, last_at }) => [
              ip,
              calls,
              <Time key="at" value={last_at} />,
            ])}
          />
        </Panel>
        <Panel title="Clients">
          <UsageTable
            caption="Calls by client"
            rows={usage.clients.map(({ name, calls, last_at }) => [
              name || "Unnamed",
              calls,
              <Time key="at" value={last_at} />,
            ])}
          />
        </Panel>
      </CardGrid>
    </>
  );
}

type Row = [name: string, calls: number, last?: ReactNode];

function UsageTable({ caption, rows }: { caption: string; rows: Row[] }) {
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Not used yet.
      </Text>
    );
  }
  return (
    <Table aria-label={caption} verticalSpacing={4} withRowBorders={false}>
      <Table.Tbody>
        {rows.map(([name, calls, last]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={400} className={classes.name}>
              {name}
            </Table.Th>
            <Table.Td>{count(calls)}</Table.Td>
            {last && <Table.Td>{last}</Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
