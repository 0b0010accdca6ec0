// The calls of a token, a connection or a user: calls and errors by day and connector, addresses and clients.
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schema } from "../../api/client";
import { CardGrid } from "../../components/layout/CardGrid";
import { Panel } from "../../components/layout/Panel";
import { Time } from "../../components/Time";
import { count, plural } from "../../lib/format";
import classes from "./CredentialUsage.module.css";
import { DayChart } from "./DayChart";

export function CredentialUsage({ usage }: { usage: Schema<"TokenUsage"> }) {
  return (
    <>
      <Panel
        title="Last 30 days"
        description={`${plural(usage.calls, "call")} in total, ${plural(usage.errors, "error")}`}
      >
        <DayChart days={usage.days} />
      </Panel>
      <CardGrid>
        <Panel title="Connectors">
          <UsageTable
            caption="Calls and errors by connector"
            heads={["Connector", "Calls", "Errors"]}
            rows={usage.connectors.map(({ connector, calls, errors }) => ({
              key: connector?.id ?? "",
              name: connector?.label ?? "No connector: search and meta tools",
              cells: [
                count(calls),
                <Text key="errors" span inherit c={errors > 0 ? "red" : "dimmed"}>
                  {count(errors)}
                </Text>,
              ],
            }))}
          />
        </Panel>
        <Panel title="Addresses">
          <UsageTable
            caption="Calls by address"
            heads={["Address", "Calls", "Last"]}
            rows={usage.addresses.map(({ ip, calls, last_at }) => ({
              key: ip,
              name: ip,
              cells: [count(calls), <Time key="at" value={last_at} />],
            }))}
          />
        </Panel>
        <Panel title="Clients">
          <UsageTable
            caption="Calls by client"
            heads={["Client", "Calls", "Last"]}
            rows={usage.clients.map(({ name, calls, last_at }) => ({
              key: name,
              name: name || "Unnamed",
              cells: [count(calls), <Time key="at" value={last_at} />],
            }))}
          />
        </Panel>
      </CardGrid>
    </>
  );
}

interface Row {
  key: string;
  name: string;
  cells: ReactNode[];
}

function UsageTable({ caption, heads, rows }: { caption: string; heads: string[]; rows: Row[] }) {
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Not used yet.
      </Text>
    );
  }
  return (
    <Table aria-label={caption} verticalSpacing={4} withRowBorders={false}>
      <Table.Thead>
        <Table.Tr>
          {heads.map((head) => (
            <Table.Th key={head} scope="col" className={classes.head}>
              {head}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ key, name, cells }) => (
          <Table.Tr key={key}>
            <Table.Th scope="row" fw={400}>
              {name}
            </Table.Th>
            {cells.map((cell, index) => (
              <Table.Td key={heads[index + 1]}>{cell}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
