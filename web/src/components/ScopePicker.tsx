// What a credential may call, of what its user may: connectors and operations. Used for tokens and consent.
import { Checkbox, Fieldset, Radio, Stack, Text } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import type { Schema } from "../api/client";
import { connectorQuery, connectorsQuery } from "../api/queries";

export type Scope = Schema<"Scope">;

interface Props {
  scope: Scope;
  onChange: (scope: Scope) => void;
  /** Only operations that read can be chosen. */
  readOnly?: boolean;
}

export function ScopePicker({ scope, onChange, readOnly = false }: Props) {
  const connectors = useQuery(connectorsQuery).data?.items ?? [];
  const chosen = Array.isArray(scope.connectors) ? scope.connectors : null;
  const operations = Array.isArray(scope.operations) ? "chosen" : (scope.operations ?? "all");
  const within = connectors.filter((one) => chosen === null || chosen.includes(one.id));
  return (
    <Stack>
      <Radio.Group
        label="Connectors"
        value={chosen ? "chosen" : "all"}
        onChange={(value) => onChange({ ...scope, connectors: value === "all" ? "all" : [] })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="all" label="All I can reach, also future ones" />
          <Radio value="chosen" label="Only these" />
        </Stack>
      </Radio.Group>
      {chosen && (
        <Checkbox.Group
          aria-label="Connectors it may reach"
          value={chosen}
          onChange={(ids) => onChange({ ...scope, connectors: ids })}
        >
          <Stack gap="xs" pl="xl">
            {connectors.map((one) => (
              <Checkbox key={one.id} value={one.id} label={one.label} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <Radio.Group
        label="Operations"
        value={operations}
        onChange={(value) =>
          onChange({ ...scope, operations: value === "chosen" ? [] : (value as "all") })
        }
      >
        <Stack gap="xs" mt="xs">
          {!readOnly && <Radio value="all" label="All: read and change" />}
          <Radio value="read_only" label="Only those that read" />
          <Radio value="chosen" label="Only these" />
        </Stack>
      </Radio.Group>
      {Array.isArray(scope.operations) && (
        <OperationChoice
          connectors={within}
          readOnly={readOnly}
          chosen={scope.operations}
          onChange={(ids) => onChange({ ...scope, operations: ids })}
        />
      )}
    </Stack>
  );
}

interface ChoiceProps {
  connectors: Schema<"ConnectorSummary">[];
  readOnly: boolean;
  chosen: string[];
  onChange: (toolIds: string[]) => void;
}

function OperationChoice({ connectors, readOnly, chosen, onChange }: ChoiceProps) {
  const details = useQueries({ queries: connectors.map((one) => connectorQuery(one.id)) });
  return (
    <Checkbox.Group aria-label="Operations it may call" value={chosen} onChange={onChange}>
      <Stack gap="sm" pl="xl">
        {connectors.length === 0 && (
          <Text size="sm" c="dimmed">
            Choose a connector first.
          </Text>
        )}
        {details.map(
          ({ data }) =>
            data && (
              <Fieldset key={data.id} legend={data.label}>
                <Stack gap="xs">
                  {data.operations
                    .filter((operation) => operation.enabled && (operation.read_only || !readOnly))
                    .map((operation) => (
                      <Checkbox
                        key={operation.tool_id}
                        value={operation.tool_id}
                        label={operation.name}
                        description={operation.read_only ? undefined : "Changes something"}
                      />
                    ))}
                </Stack>
              </Fieldset>
            ),
        )}
      </Stack>
    </Checkbox.Group>
  );
}
