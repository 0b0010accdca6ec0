// Chooses the scope of a credential: connectors and operations. Used for tokens and consent.
import { Checkbox, Radio, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schema } from "../../api/client";
import { connectorsQuery } from "../../api/queries";
import type { Scope } from "../../lib/scope";
import { ErrorAlert } from "../ErrorAlert";
import { OperationChoice } from "./OperationChoice";

interface Props {
  scope: Scope;
  onChange: (scope: Scope) => void;
  /** Only operations that read can be chosen. */
  readOnly?: boolean;
  /** The one connector that is asked for, by its id: there is no other to choose. */
  only?: string;
}

export function ScopePicker({ scope, onChange, readOnly = false, only }: Props) {
  const query = useQuery(connectorsQuery);
  const connectors = query.data?.items ?? [];
  const chosen = Array.isArray(scope.connectors) ? scope.connectors : null;
  const operations = Array.isArray(scope.operations) ? "chosen" : (scope.operations ?? "all");
  const within = connectors.filter((one) => chosen === null || chosen.includes(one.id));
  return (
    <Stack>
      <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />
      {only === undefined && (
        <Radio.Group
          label="Connectors"
          value={chosen ? "chosen" : "all"}
          onChange={(value) => onChange({ ...scope, connectors: value === "all" ? "all" : [] })}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="all"
              label="All connectors that I can use, including future ones"
              description={query.data && `Now: ${namesOf(connectors)}`}
            />
            <Radio value="chosen" label="Chosen connectors" />{" "}
          </Stack>{" "}
        </Radio.Group>
      )}
      {chosen && only === undefined && (
        <Checkbox.Group
          aria-label="Connectors in the scope"
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
        onChange={(value) => onChange({ ...scope, operations: value === "chosen" ? [] : value })}
      >
        <Stack gap="xs" mt="xs">
          {!readOnly && <Radio value="all" label="All operations" />}
          <Radio value="read_only" label="Read-only operations" />
          <Radio value="chosen" label="Chosen operations" />
        </Stack>
      </Radio.Group>
      {Array.isArray(scope.operations) &&
        (within.length === 0 ? (
          <Text size="sm" c="dimmed" pl="xl">
            Choose a connector first.
          </Text>
        ) : (
          <OperationChoice
            connectors={within}
            readOnly={readOnly}
            chosen={scope.operations}
            onChange={(ids) => onChange({ ...scope, operations: ids })}
          />
        ))}
    </Stack>
  );
}

const maxNames = 20;

function namesOf(connectors: Schema<"ConnectorSummary">[]): string {
  if (connectors.length === 0) return "none";
  const names = connectors.slice(0, maxNames).map(({ label }) => label);
  const more = connectors.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
