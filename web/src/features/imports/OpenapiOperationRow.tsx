// One operation of a document: what it is, what would change, and why it cannot be chosen when it cannot.
import { Badge, Checkbox, Group, Text } from "@mantine/core";
import { canChoose, type OfferedOperation } from "./openapiImport";

const statuses = {
  new: { color: "blue", label: "new" },
  changed: { color: "yellow", label: "changed" },
  edited: { color: "grape", label: "edited by hand" },
  removed: { color: "red", label: "removed" },
  unchanged: { color: "gray", label: "unchanged" },
};

interface Props {
  operation: OfferedOperation;
  /** The connector has operations of a document already: say how they differ. */
  compared: boolean;
  chosen: boolean;
  onChange: (chosen: boolean) => void;
}

export function OpenapiOperationRow({ operation, compared, chosen, onChange }: Props) {
  const { color, label } = statuses[operation.status];
  return (
    <Checkbox
      checked={chosen}
      disabled={!canChoose(operation)}
      onChange={(event) => onChange(event.currentTarget.checked)}
      label={operation.status === "removed" ? `Delete ${operation.name}` : operation.name}
      description={
        <>
          <Group gap="xs" component="span">
            <Text span size="xs" ff="monospace">
              {operation.operation}
            </Text>
            {compared && <Badge color={color}>{label}</Badge>}
            {operation.destructive && <Badge color="red">destructive</Badge>}
            {operation.deprecated && <Badge color="gray">deprecated</Badge>}
          </Group>
          <Explanation operation={operation} />
        </>
      }
    />
  );
}

function Explanation({ operation }: { operation: OfferedOperation }) {
  const { status, changes, notes } = operation;
  const lines = [...notes];
  if (changes.length > 0) lines.unshift(`The document changed its ${changes.join(", ")}.`);
  if (status === "edited") lines.push("Importing it replaces the manual edits.");
  return lines.map((line) => (
    <Text span display="block" size="xs" key={line}>
      {line}
    </Text>
  ));
}
