// Chooses operations one by one, by connector, or by a search over all of them.
import { ActionIcon, Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useLayoutEffect, useRef, useState } from "react";
import type { Schema } from "../../api/client";
import { count, plural } from "../../lib/format";
import { ErrorAlert } from "../ErrorAlert";
import { SearchInput } from "../form/SearchInput";
import { PageLoader } from "../layout/PageLoader";
import { OperationList, type Choice } from "./OperationList";
import { foundOperations, isOf, operationsOf } from "./operations";

type Connector = Schema<"ConnectorSummary">;

interface Props {
  connectors: Connector[];
  readOnly: boolean;
  chosen: string[];
  onChange: (toolIds: string[]) => void;
}

/** The common part of groups and results. */
interface PartProps {
  readOnly: boolean;
  chosen: ReadonlySet<string>;
  onChange: (toolIds: string[], on: boolean) => void;
}

export function OperationChoice({ connectors, readOnly, chosen, onChange }: Props) {
  const [search, setSearch] = useState("");
  // The latest choice, for what is added when its names have been loaded.
  const latest = useRef(chosen);
  useLayoutEffect(() => {
    latest.current = chosen;
  }, [chosen]);
  const part: PartProps = {
    readOnly,
    chosen: new Set(chosen),
    onChange: (toolIds, on) => {
      const after = new Set(latest.current);
      for (const id of toolIds) {
        if (on) after.add(id);
        else after.delete(id);
      }
      latest.current = [...after];
      onChange(latest.current);
    },
  };
  // One without operations that are on has nothing to choose.
  const groups = connectors.filter((one) => one.operations_enabled > 0);
  return (
    <Stack gap="sm" role="group" aria-label="Operations in the scope">
      <SearchInput
        label="Search operations"
        placeholder="Name or connector"
        value={search}
        onChange={(text) => setSearch(text.trim())}
      />
      <Text size="sm" role="status">
        {plural(chosen.length, "operation")} chosen
      </Text>
      {search ? (
        <Found search={search} connectors={groups} {...part} />
      ) : (
        groups.map((one) => (
          <ConnectorGroup key={one.id} connector={one} alone={groups.length === 1} {...part} />
        ))
      )}
    </Stack>
  );
}

const open = <One extends Choice>(operations: One[], readOnly: boolean) =>
  operations.filter((one) => one.read_only || !readOnly);

interface GroupProps extends PartProps {
  connector: Connector;
  /** Nothing else to choose from: shown open. */
  alone: boolean;
}

function ConnectorGroup({ connector, alone, readOnly, chosen, onChange }: GroupProps) {
  const { id, label, operations_enabled: all } = connector;
  const queryClient = useQueryClient();
  const [opened, setOpened] = useState(alone);
  const operations = useQuery({ ...operationsOf(id), enabled: opened });
  const own = [...chosen].filter((toolId) => isOf(toolId, id));
  const most = operations.data ? open(operations.data.items, readOnly).length : all;
  // Ticked at once, while the names are being loaded.
  const [adding, setAdding] = useState(false);
  const toggle = async () => {
    if (adding) return;
    if (own.length > 0) return onChange(own, false);
    setAdding(true);
    const loaded = await queryClient.ensureQueryData(operationsOf(id)).catch(() => null);
    setAdding(false);
    if (loaded)
      onChange(
        open(loaded.items, readOnly).map(({ tool_id }) => tool_id),
        true,
      );
    // An error is shown in the place of the list.
    else setOpened(true);
  };
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Operations of ${label}`}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {opened ? (
            <IconChevronDown size={16} aria-hidden />
          ) : (
            <IconChevronRight size={16} aria-hidden />
          )}
        </ActionIcon>
        <Checkbox
          label={label}
          aria-label={`All of ${label}`}
          description={
            readOnly && !operations.data
              ? `${count(own.length)} chosen`
              : `${count(own.length)} of ${count(most)} chosen`
          }
          checked={adding || (own.length > 0 && own.length >= most)}
          indeterminate={own.length > 0 && own.length < most}
          onChange={() => void toggle()}
        />
      </Group>
      {opened && (
        <div>
          <ErrorAlert error={operations.error} onRetry={() => void operations.refetch()} />
          {operations.isPending && <PageLoader />}
          {operations.data && most === 0 && (
            <Text size="sm" c="dimmed">
              None of these operations is read-only.
            </Text>
          )}
          {operations.data && (
            <OperationList
              label={`Operations of ${label}`}
              operations={open(operations.data.items, readOnly)}
              chosen={chosen}
              onChange={onChange}
            />
          )}
        </div>
      )}
    </Stack>
  );
}

interface FoundProps extends PartProps {
  search: string;
  connectors: Connector[];
}

function Found({ search, connectors, readOnly, chosen, onChange }: FoundProps) {
  const found = useQuery({ ...foundOperations(search), placeholderData: keepPreviousData });
  if (found.error) return <ErrorAlert error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <PageLoader />;
  const groups = connectors
    .map(({ id, label }) => ({
      label,
      operations: open(found.data.items, readOnly).filter((one) => one.connector === id),
    }))
    .filter(({ operations }) => operations.length > 0);
  const shown = groups.flatMap(({ operations }) => operations.map(({ tool_id }) => tool_id));
  if (shown.length === 0) return <Text size="sm">No operations match.</Text>;
  return (
    <>
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={() => onChange(shown, true)}>
          Choose all {count(shown.length)} shown
        </Button>
        <Button size="xs" variant="default" onClick={() => onChange(shown, false)}>
          Choose none of these
        </Button>
      </Group>
      {groups.map(({ label, operations }) => (
        <div key={label}>
          <Text size="sm" fw={500}>
            {label}
          </Text>
          <OperationList
            label={`Found in ${label}`}
            operations={operations}
            chosen={chosen}
            onChange={onChange}
          />
        </div>
      ))}
      {found.data.total > found.data.items.length && (
        <Text size="sm" c="dimmed">
          {count(found.data.total)} match; the first {count(found.data.items.length)} are shown.
          Type more of the name to see the others.
        </Text>
      )}
    </>
  );
}
