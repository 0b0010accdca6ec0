// Imports an OpenAPI document into a connector: the first time, or again with what has changed since.
import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";
import { OpenapiDocumentField } from "./OpenapiDocumentField";
import { importChosen, suggested, type OpenapiSource } from "./openapiImport";
import { OpenapiOperations } from "./OpenapiOperations";
import { OpenapiSummary } from "./OpenapiSummary";

interface Props {
  connectorId: string;
  onClose: () => void;
}

export function ImportOpenapiDialog({ connectorId, onClose }: Props) {
  const [source, setSource] = useState<OpenapiSource | null>(null);
  return (
    <Dialog onClose={onClose} title="Import OpenAPI" size="xl">
      {source ? (
        <ChosenOperations connectorId={connectorId} source={source} onClose={onClose} />
      ) : (
        <OpenapiDocumentField connectorId={connectorId} onRead={setSource} onCancel={onClose} />
      )}
    </Dialog>
  );
}

function ChosenOperations({ connectorId, source, onClose }: Props & { source: OpenapiSource }) {
  const [chosen, setChosen] = useState(() => suggested(source.preview));
  const save = useAction(() => importChosen(connectorId, source, chosen), {
    showsError: true,
    refresh: [["admin"], ["connectors"]],
    done: ({ added, updated, removed }) =>
      `Operations: ${added} added, ${updated} updated, ${removed} deleted.`,
    onDone: onClose,
  });
  return (
    <Stack>
      <OpenapiSummary preview={source.preview} />
      <OpenapiOperations preview={source.preview} chosen={chosen} onChange={setChosen} />
      <ErrorAlert error={save.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={chosen.size === 0} loading={save.isPending} onClick={() => save.mutate()}>
          Import {chosen.size}
        </Button>
      </Group>
    </Stack>
  );
}
