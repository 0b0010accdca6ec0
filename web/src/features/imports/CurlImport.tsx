// Reads a cURL command and shows what was found: what is different from it, and which of its values may change.
import { Alert, Button, Checkbox, Code, Fieldset, List, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { prettyJson } from "../../lib/json";
import classes from "../operations/OperationFields.module.css";
import type { OperationForm } from "../operations/operationForm";
import {
  canBeFixed,
  proposedForm,
  type CurlProposal,
  type ProposedParameter,
} from "./curlProposal";

interface Props {
  /** A command was read. */
  onRead: (proposal: CurlProposal, form: OperationForm) => void;
  /** Which values may change is different now: the templates and the schema with it. */
  onTemplates: (proposal: CurlProposal, form: OperationForm) => void;
}

export function CurlImport({ onRead, onTemplates }: Props) {
  const [command, setCommand] = useState("");
  const [proposal, setProposal] = useState<CurlProposal | null>(null);
  const [fixed, setFixed] = useState<ReadonlySet<string>>(new Set());
  const read = useAction(
    () => unwrap(api.POST("/admin/connectors/import/curl", { body: { command } })),
    {
      showsError: true,
      onDone: (found) => {
        setProposal(found);
        setFixed(new Set());
        onRead(found, proposedForm(found, new Set()));
      },
    },
  );
  const setMayChange = (name: string, mayChange: boolean) => {
    if (!proposal) return;
    const next = new Set(fixed);
    if (mayChange) next.delete(name);
    else next.add(name);
    setFixed(next);
    onTemplates(proposal, proposedForm(proposal, next));
  };

  return (
    <Stack>
      <Textarea
        label="cURL command"
        description="A command as typed in a terminal or copied with a browser's “Copy as cURL”. Wick reads the command and does not run it."
        placeholder="curl https://api.example.com/v1/issues -H 'Authorization: Bearer …'"
        autosize
        minRows={4}
        maxRows={12}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: classes.code }}
        value={command}
        onChange={(event) => setCommand(event.currentTarget.value)}
      />
      <ErrorAlert error={read.error} />
      <div>
        <Button
          variant={proposal ? "default" : "filled"}
          loading={read.isPending}
          disabled={command.trim() === ""}
          onClick={() => read.mutate()}
        >
          Read
        </Button>
      </div>
      {proposal && proposal.notes.length > 0 && (
        <Alert color="blue" title="Differences from the command">
          <List size="sm">
            {proposal.notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {proposal && proposal.parameters.length > 0 && (
        <Fieldset legend="Values that can change from call to call">
          <Stack gap="xs">
            {proposal.parameters.map((parameter) => (
              <Checkbox
                key={parameter.name}
                label={<Code>{parameter.name}</Code>}
                description={describe(parameter)}
                checked={!fixed.has(parameter.name)}
                disabled={!canBeFixed(parameter)}
                onChange={(event) => setMayChange(parameter.name, event.currentTarget.checked)}
              />
            ))}
          </Stack>
        </Fieldset>
      )}
    </Stack>
  );
}

const maxExampleLength = 80;

function describe({ in: place, type, example }: ProposedParameter): string {
  const text = example === undefined ? "" : prettyJson(example).replace(/\s+/g, " ");
  const shown = text.length > maxExampleLength ? `${text.slice(0, maxExampleLength)}…` : text;
  return `In the ${place}, ${type}${shown ? `: ${shown}` : ""}`;
}
