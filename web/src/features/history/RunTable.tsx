import { ActionIcon } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import type { Schema } from "../../api/client";
import { StatusBadge } from "../../components/StatusBadge";
import { type Column, DataTable } from "../../components/table/DataTable";
import { TruncatedText } from "../../components/table/TruncatedText";
import { Time } from "../../components/Time";
import { duration } from "../../lib/format";
import { RunDetail } from "./RunDetail";

type Run = Schema<"Run">;

interface Props {
  runs: Run[];
  showUser: boolean;
}

const connectorOf = (run: Run) => run.connector?.label ?? "No connector";

export function RunTable({ runs, showUser }: Props) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const after = new Set(opened);
    if (!after.delete(id)) after.add(id);
    setOpened(after);
  };
  const columns: Column<Run>[] = [
    {
      label: "Details",
      role: "select",
      width: 48,
      cell: (run) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={() => toggle(run.id)}
          aria-label={`Details of ${connectorOf(run)} ${run.operation}`}
          aria-expanded={opened.has(run.id)}
        >
          {opened.has(run.id) ? (
            <IconChevronDown size={16} aria-hidden />
          ) : (
            <IconChevronRight size={16} aria-hidden />
          )}
        </ActionIcon>
      ),
    },
    { label: "When", width: 150, cell: (run) => <Time value={run.started_at} /> },
    { label: "User", cell: (run) => run.user?.name ?? "Unknown" },
    { label: "Connector", cell: connectorOf },
    { label: "Operation", cell: (run) => run.operation },
    { label: "Status", width: 110, cell: (run) => <StatusBadge status={run.status} /> },
    { label: "Source", width: 80, cell: (run) => run.source },
    {
      label: "Credential",
      cell: (run) => (
        <>
          <TruncatedText>
            {run.credential?.kind === "session" ? "Browser" : run.credential?.name}
          </TruncatedText>
          {run.client_name && (
            <TruncatedText size="xs" c="dimmed">
              {run.client_name}
            </TruncatedText>
          )}
        </>
      ),
    },
    { label: "Duration", width: 96, cell: (run) => duration(run.latency_ms) },
  ];
  return (
    <DataTable
      caption="Calls"
      columns={columns.filter(({ label }) => showUser || label !== "User")}
      rows={runs}
      rowKey={({ id }) => id}
      details={({ id }) => opened.has(id) && <RunDetail id={id} />}
    />
  );
}
