import { Accordion, Select, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { useIdempotencyKey } from "../../api/useIdempotencyKey";
import { ActionForm } from "../../components/form/ActionForm";
import { TextField } from "../../components/form/TextField";
import { Panel } from "../../components/layout/Panel";
import { ScopePicker } from "../../components/scope/ScopePicker";
import { scopeProblem, type Scope } from "../../lib/scope";

type Tools = Schema<"Token">["tools"];

const toolChoices: { value: Tools; label: string }[] = [
  { value: "auto", label: "Automatic: depends on the number of operations" },
  { value: "direct", label: "Direct: one tool for each operation" },
  { value: "meta", label: "Meta: a few tools that search and call" },
];

interface Props {
  onCreated: (minted: Schema<"MintedToken">) => void;
  onCancel: () => void;
}

export function CreateTokenForm({ onCreated, onCancel }: Props) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [tools, setTools] = useState<Tools>("auto");
  const [scope, setScope] = useState<Scope>({ connectors: "all", operations: "all" });
  const problem = scopeProblem(scope);
  const key = useIdempotencyKey();
  const create = useAction(
    () =>
      unwrap(
        api.POST("/tokens", { params: { header: key }, body: { name, description, tools, scope } }),
      ),
    { showsError: true, refresh: [["tokens"]], onDone: onCreated },
  );
  return (
    <Panel mb="lg" title="New token">
      <ActionForm
        action={create}
        submit="Generate"
        place="panel"
        onCancel={onCancel}
        isDisabled={problem !== null}
      >
        <TextField
          label="Name"
          description="Where you use the token, for example “Laptop” or “Production CI”."
          required
          autoFocus
          data-1p-ignore
          maw={420}
          value={name}
          onChange={setName}
        />
        <TextField
          label="Description"
          description="The purpose of the token."
          maw={420}
          value={description}
          onChange={setDescription}
        />
        <Accordion variant="contained" maw={420}>
          <Accordion.Item value="scope">
            <Accordion.Control>Scope</Accordion.Control>
            <Accordion.Panel>
              <ScopePicker scope={scope} onChange={setScope} />
            </Accordion.Panel>
          </Accordion.Item>
          <Accordion.Item value="advanced">
            <Accordion.Control>Advanced</Accordion.Control>
            <Accordion.Panel>
              <Select
                label="Tools shown to the client"
                description="Many tools fill a model's context. Meta tools keep it small."
                data={toolChoices}
                value={tools}
                onChange={(value) => value && setTools(value)}
                allowDeselect={false}
              />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        {problem && (
          <Text size="sm" role="status">
            {problem}
          </Text>
        )}
      </ActionForm>
    </Panel>
  );
}
