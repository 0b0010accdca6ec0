import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ActionForm } from "../../components/form/ActionForm";
import { TagSelect } from "../../components/form/TagSelect";
import { TextField } from "../../components/form/TextField";
import { Panel } from "../../components/layout/Panel";
import { ConfigFields } from "./ConfigFields";
import { configValues, parseConfig } from "./configForm";

interface Props {
  connector: Schema<"Connector">;
  fields: Schema<"ConfigField">[];
}

export function ConnectorForm({ connector, fields }: Props) {
  const [label, setLabel] = useState(connector.label);
  const [description, setDescription] = useState(connector.description);
  const [tags, setTags] = useState(connector.tags.map((tag) => tag.id));
  const [config, setConfig] = useState(() => configValues(fields, connector.config ?? {}));
  const save = useAction(
    () =>
      unwrap(
        api.PATCH("/admin/connectors/{id}", {
          params: { path: { id: connector.id } },
          body: { label, description, tags, config: parseConfig(fields, config, true) },
        }),
      ),
    {
      showsError: true,
      refresh: [["admin"], ["connectors"]],
      done: `${label} is saved.`,
      // Secrets that were typed are the server's from now on.
      onDone: (saved) => setConfig(configValues(fields, saved.config ?? {})),
    },
  );
  return (
    <Panel title="Settings">
      <ActionForm action={save} submit="Save" place="panel" maxWidth={640}>
        <TextField
          label="Label"
          description={`Tool names start with ${connector.slug}__`}
          required
          value={label}
          onChange={setLabel}
        />
        <TextField label="Description" value={description} onChange={setDescription} />
        <TagSelect
          value={tags}
          onChange={setTags}
          description="With filter tags, only users who have at least one of them can use the connector."
        />
        <ConfigFields fields={fields} values={config} onChange={setConfig} />
      </ActionForm>
    </Panel>
  );
}
