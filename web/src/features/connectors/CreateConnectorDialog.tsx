// A new connector: choose its kind, then fill the form that the kind asks for, or have a cURL command or an OpenAPI
// document fill it.
import { Alert, Button, Fieldset, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, longRunning, unwrap, type Schema } from "../../api/client";
import { connectorKindsQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ActionForm } from "../../components/form/ActionForm";
import { TagSelect } from "../../components/form/TagSelect";
import { TextField } from "../../components/form/TextField";
import { QueryView } from "../../components/layout/QueryView";
import { plural } from "../../lib/format";
import { notify } from "../../lib/notices";
import { CurlImport } from "../imports/CurlImport";
import { proposedConfig } from "../imports/curlProposal";
import { OpenapiDocumentField } from "../imports/OpenapiDocumentField";
import { importChosen, suggested, type OpenapiSource } from "../imports/openapiImport";
import { OpenapiOperations } from "../imports/OpenapiOperations";
import { OpenapiSummary } from "../imports/OpenapiSummary";
import { OperationFields } from "../operations/OperationFields";
import { parseOperation, withTemplates, type OperationForm } from "../operations/operationForm";
import { ConfigFields } from "./ConfigFields";
import { configValues, parseConfig } from "./configForm";

type Kind = Schema<"ConnectorKind">;

export function CreateConnectorDialog({ onClose }: { onClose: () => void }) {
  const kinds = useQuery(connectorKindsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Dialog onClose={onClose} title="Add connector" size="lg">
      <QueryView query={kinds}>
        {({ items }) => {
          const kind = items.find((candidate) => candidate.kind === chosen) ?? items[0];
          return (
            <Stack>
              <Select
                label="Kind"
                data={items.map(({ kind: value, name }) => ({ value, label: name }))}
                value={kind?.kind ?? null}
                onChange={setChosen}
                allowDeselect={false}
              />
              {kind && <CreateForm key={kind.kind} kind={kind} onClose={onClose} />}
            </Stack>
          );
        }}
      </QueryView>
    </Dialog>
  );
}

/** The new connector's operations. It is there in any case: what is wrong can be set right on its page. */
async function firstRefresh(id: string) {
  try {
    await unwrap(
      api.POST("/admin/connectors/{id}/refresh", {
        params: { path: { id } },
        body: {},
        ...longRunning,
      }),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    notify("failed", `The server does not respond yet. ${why}`);
  }
}

function CreateForm({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [label, setLabel] = useState("");
  const [description, setDescription] = useState("");
  const [tags, setTags] = useState<string[]>([]);
  const [config, setConfig] = useState(() => configValues(kind.fields, null));
  const [fromCurl, setFromCurl] = useState(false);
  const [operation, setOperation] = useState<OperationForm | null>(null);
  // Made, while its operation was refused: the next attempt only adds that.
  const [made, setMade] = useState<Schema<"Connector"> | null>(null);
  const [reading, setReading] = useState(false);
  const [source, setSource] = useState<OpenapiSource | null>(null);
  const [chosen, setChosen] = useState(new Set<string>());

  const fill = (read: OpenapiSource) => {
    const { title, base_url, auth } = read.preview;
    setSource(read);
    setChosen(suggested(read.preview));
    setReading(false);
    if (!label) setLabel(title.slice(0, 40));
    setConfig({ ...config, texts: { ...config.texts, ...auth, base_url } });
  };
  const create = useAction(
    async () => {
      const input = operation && parseOperation(operation, true);
      const connector =
        made ??
        (await unwrap(
          api.POST("/admin/connectors", {
            body: {
              kind: kind.kind as Schema<"ConnectorInput">["kind"],
              label,
              description,
              tags,
              config: parseConfig(kind.fields, config, false),
            },
          }),
        ));
      if (input) {
        setMade(connector);
        void queryClient.invalidateQueries({ queryKey: ["admin"] });
        const params = { path: { id: connector.id } };
        await unwrap(api.POST("/admin/connectors/{id}/operations", { params, body: input }));
      }
      // With users' own accounts there is nobody to ask as, yet.
      const own = connector.account !== "none";
      if (kind.discovers && !own) await firstRefresh(connector.id);
      // The connector is there whatever becomes of its import, which can be tried again on its page.
      const problem =
        source && chosen.size > 0
          ? await importChosen(connector.id, source, chosen).then(
              () => "",
              (error: Error) => error.message,
            )
          : "";
      return { id: connector.id, own, problem };
    },
    {
      showsError: true,
      refresh: [["admin"], ["connectors"]],
      done: ({ problem }) =>
        problem
          ? `${label} was added, but its operations were not imported: ${problem}`
          : `${label} is added.`,
      onDone: ({ id, own }) =>
        void navigate(own ? `/connectors/${id}/connect` : `/admin/connectors/${id}`),
    },
  );
  if (reading) return <OpenapiDocumentField onRead={fill} onCancel={() => setReading(false)} />;
  return (
    <ActionForm
      action={create}
      submit={source ? `Add with ${plural(chosen.size, "operation")}` : "Add"}
      place="dialog"
      onCancel={onClose}
    >
      <Text size="sm" c="dimmed">
        {kind.description}
      </Text>
      {kind.kind === "rest" && (
        <Group gap="xs">
          {!fromCurl && !source && (
            <Button variant="default" onClick={() => setFromCurl(true)}>
              From a cURL command
            </Button>
          )}
          {!fromCurl && (
            <Button variant="default" onClick={() => setReading(true)}>
              {source ? "Import another document" : "Import OpenAPI"}
            </Button>
          )}
        </Group>
      )}
      {fromCurl && (
        <CurlImport
          onRead={(proposal, form) => {
            setOperation(form);
            setConfig((values) => proposedConfig(proposal, values));
            setLabel((current) => current || new URL(proposal.base_url).hostname);
          }}
          onTemplates={(_, form) =>
            setOperation((current) => (current ? withTemplates(current, form) : form))
          }
        />
      )}
      {source && <OpenapiSummary preview={source.preview} />}
      <TextField
        label="Label"
        description="The name that people see. Tool names start with it."
        required
        value={label}
        onChange={setLabel}
      />
      <TextField
        label="Description"
        description="Models also read this to decide when to use the connector."
        value={description}
        onChange={setDescription}
      />
      <ConfigFields fields={kind.fields} values={config} onChange={setConfig} />
      <TagSelect
        value={tags}
        onChange={setTags}
        description="Without a filter tag, every user can use the connector."
      />
      {operation && (
        <Fieldset legend="First operation">
          <Stack>
            <OperationFields form={operation} onChange={setOperation} keyFixed={false} />
          </Stack>
        </Fieldset>
      )}
      {made && (
        <Alert color="yellow" title={`${made.label} was added, but its operation was not`}>
          Change the operation and try again, or close this dialog and find the connector in the
          list.
        </Alert>
      )}
      {source && (
        <OpenapiOperations preview={source.preview} chosen={chosen} onChange={setChosen} />
      )}
    </ActionForm>
  );
}
