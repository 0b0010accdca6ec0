import { ActionIcon, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import type { Schema } from "../../api/client";
import { duration } from "../../lib/format";
import { Columns, DataTable } from "../DataTable";
import { StatusBadge } from "../StatusBadge";
import { Time } from "../Time";
import { RunDetail } from "./RunDetail";

type Run = Schema<"Run">;

interface Props {
  runs: Run[];
  showUser: boolean;
}

export function RunTable({ runs, showUser }: Props) {
  const names = ["When", "Connector", "Operation", "Status", "Source", "Credential", "Took"];
  if (showUser) names.splice(1, 0, "User");
  return (
    <DataTable
      caption="Calls"
      minWidth={880}
      head={
        <>
          <Table.Th scope="col">
            <VisuallyHidden>Details</VisuallyHidden>
          </Table.Th>
          <Columns names={names} />
        </>
      }
    >
      {runs.map((run) => (
        <RunRow key={run.id} run={run} showUser={showUser} columns={names.length + 1} />
      ))}
    </DataTable>
  );
}

function RunRow({ run, showUser, columns }: { run: Run; showUser: boolean; columns: number }) {
  const [opened, setOpened] = useState(false);
  const detailId = useId();
  const connector = run.connector?.label ?? "No connector";
  return (
    <>
      <Table.Tr>
        <Table.Td w={40}>
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={() => setOpened(!opened)}
            aria-label={`Details of ${connector} ${run.operation}`}
            aria-expanded={opened}
            aria-controls={detailId}
          >
            {opened ? (
              <IconChevronDown size={16} aria-hidden />
            ) : (
              <IconChevronRight size={16} aria-hidden />
            )}
          </ActionIcon>
        </Table.Td>
        <Table.Td>
          <Time value={run.started_at} />
        </Table.Td>
        {showUser && <Table.Td>{run.user?.name ?? "Unknown"}</Table.Td>}
        <Table.Td>{connector}</Table.Td>
        <Table.Td>{run.operation}</Table.Td>
        <Table.Td>
          <StatusBadge status={run.status} />
        </Table.Td>
        <Table.Td>{run.source}</Table.Td>
        <Table.Td>
          {run.credential?.kind === "session" ? "Browser" : (run.credential?.name ?? "")}
          {run.client_name && (
            <Text size="xs" c="dimmed">
              {run.client_name}
            </Text>
          )}
        </Table.Td>
        <Table.Td>{duration(run.latency_ms)}</Table.Td>
      </Table.Tr>
      {opened && (
        <Table.Tr id={detailId}>
          <Table.Td colSpan={columns}>
            <RunDetail id={run.id} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
