// The operations of a document, to choose from: by tag, searchable, a page at a time, as there may be thousands.
import { Button, Group, Select, Stack, Text, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { SearchInput } from "../../components/form/SearchInput";
import { Pager } from "../../components/table/Pager";
import { count } from "../../lib/format";
import { canChoose, findOperations, groupOf, type Preview } from "./openapiImport";
import { OpenapiOperationRow } from "./OpenapiOperationRow";

const pageSize = 50;
const firstFilters = [
  { value: "all", label: "All operations" },
  { value: "reads", label: "Read-only operations" },
];
const laterFilters = [
  { value: "new", label: "New" },
  { value: "changed", label: "Changed in the document" },
  { value: "edited", label: "Edited by hand" },
  { value: "removed", label: "No longer in the document" },
];

interface Props {
  preview: Preview;
  chosen: Set<string>;
  onChange: (chosen: Set<string>) => void;
}

export function OpenapiOperations({ preview, chosen, onChange }: Props) {
  const [search, setSearch] = useState("");
  const [show, setShow] = useState("all");
  const [page, setPage] = useState(1);
  const found = useMemo(
    () => findOperations(preview.operations, search, show),
    [preview, search, show],
  );
  const rows = found.slice((page - 1) * pageSize, page * pageSize);
  const choose = (operations: string[], on: boolean) => {
    const next = new Set(chosen);
    for (const operation of operations) {
      if (on) next.add(operation);
      else next.delete(operation);
    }
    onChange(next);
  };
  // Operations that would be deleted are never chosen together with others.
  const addable = found.filter((one) => one.importable).map((one) => one.operation);

  return (
    <Stack gap="sm">
      <Group align="flex-end" grow>
        <SearchInput
          label="Search operations"
          placeholder="Name, path or tag"
          value={search}
          onChange={(value) => {
            setSearch(value);
            setPage(1);
          }}
        />
        <Select
          label="Show"
          data={preview.imported_before ? [...firstFilters, ...laterFilters] : firstFilters}
          value={show}
          allowDeselect={false}
          onChange={(value) => {
            setShow(value ?? "all");
            setPage(1);
          }}
        />
      </Group>
      <Group justify="space-between">
        <Text size="sm" fw={500} role="status">
          {chosen.size} of {preview.operations.filter(canChoose).length} chosen
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => choose(addable, true)}>
            {found.length > pageSize
              ? `Choose all ${count(found.length)}, on every page`
              : "Choose all shown"}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              choose(
                found.map((one) => one.operation),
                false,
              )
            }
          >
            Choose none of these
          </Button>
        </Group>
      </Group>
      {rows.map((one, index) => (
        <Stack key={one.operation} gap="sm">
          {rows.findIndex((other) => groupOf(other) === groupOf(one)) === index && (
            <Title order={3} size="h5" mt="xs">
              {groupOf(one)}
            </Title>
          )}
          <OpenapiOperationRow
            operation={one}
            compared={preview.imported_before !== null}
            chosen={chosen.has(one.operation)}
            onChange={(on) => choose([one.operation], on)}
          />
        </Stack>
      ))}
      {found.length === 0 && (
        <Text size="sm" c="dimmed">
          No operations match.
        </Text>
      )}
      <Pager
        total={found.length}
        page={page}
        pageSize={pageSize}
        onChange={setPage}
        noun="operation"
      />
    </Stack>
  );
}
