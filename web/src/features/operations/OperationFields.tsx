import {
  Checkbox,
  Divider,
  Group,
  Select,
  Stack,
  Textarea,
  TextInput,
  type TextInputProps,
} from "@mantine/core";
import type { ChangeEvent } from "react";
import classes from "./OperationFields.module.css";
import { methods, type OperationForm } from "./operationForm";

type TextName = Exclude<keyof OperationForm, "method" | "readOnly" | "destructive" | "idempotent">;

interface Props {
  form: OperationForm;
  onChange: (form: OperationForm) => void;
  /** The key of an operation that exists is part of its tool name, and stays. */
  keyFixed: boolean;
}

export function OperationFields({ form, onChange, keyFixed }: Props) {
  const text = (name: TextName) => ({
    value: form[name],
    autoComplete: "off",
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange({ ...form, [name]: event.currentTarget.value }),
  });
  const flag = (name: "readOnly" | "destructive" | "idempotent") => ({
    checked: form[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) =>
      onChange({ ...form, [name]: event.currentTarget.checked }),
  });
  const code = { classNames: { input: classes.code }, autosize: true, maxRows: 16 };

  return (
    <>
      <Group grow align="flex-end">
        <TextInput label="Name" required data-autofocus {...text("name")} />
        <TextInput
          label="Key"
          description={keyFixed ? "Cannot be changed: it is part of the tool name" : undefined}
          required
          disabled={keyFixed}
          placeholder="get_issue"
          {...text("key")}
        />
      </Group>
      <Textarea
        label="Description"
        description="Models read this to decide when and how to call the operation."
        required
        autosize
        minRows={2}
        {...text("description")}
      />
      <Stack gap="xs">
        <Checkbox label="Read-only" {...flag("readOnly")} />
        {!form.readOnly && (
          <>
            <Checkbox label="Destructive: may delete or overwrite data" {...flag("destructive")} />
            <Checkbox
              label="Idempotent: safe to repeat with the same input"
              {...flag("idempotent")}
            />
          </>
        )}
      </Stack>
      <Textarea
        label="Input schema"
        description="JSON Schema of the arguments."
        required
        minRows={6}
        {...code}
        {...text("inputSchema")}
      />
      <Divider label="HTTP request. {name} stands for an argument." labelPosition="left" />
      <div className={classes.request}>
        <Select
          label="Method"
          data={methods}
          value={form.method}
          onChange={(value) => value && onChange({ ...form, method: value })}
          allowDeselect={false}
        />
        <TextInput label="Path" required placeholder="/issues/{id}" {...text("path")} />
      </div>
      <Textarea
        label="Query"
        description="name: value, one per line. A line is left out when its argument is."
        minRows={2}
        placeholder="q: {query}"
        {...code}
        {...text("query")}
      />
      <Textarea
        label="Headers"
        description="name: value, one per line."
        minRows={2}
        {...code}
        {...text("headers")}
      />
      {((form.method !== "GET" && form.method !== "HEAD") || form.body !== "") && (
        <>
          <Textarea
            label="Body"
            description="A template. In JSON, {name} can stand for a whole value."
            minRows={3}
            {...code}
            {...text("body")}
          />
          <TextInput label="Content type" placeholder="application/json" {...text("contentType")} />
        </>
      )}
      <Divider label="Response for models" labelPosition="left" />
      <TextInput
        label="Pick"
        description="JSON Pointer (/items) or JMESPath (items[].{id: id, title: title}). Empty: the whole response."
        placeholder="/items"
        classNames={{ input: classes.code }}
        {...text("pick")}
      />
      <Group grow align="flex-end">
        <LimitField
          label="Longest list"
          description="Number of items kept of each list. Empty: all items."
          {...text("maxItems")}
        />
        <LimitField
          label="Largest text"
          description="In bytes. Longer text is cut off. Empty: the connector's limit."
          {...text("maxTextBytes")}
        />
        <LimitField
          label="Largest response"
          description="In bytes. A larger response is an error. Empty: the connector's limit."
          {...text("maxBytes")}
        />
      </Group>
    </>
  );
}

function LimitField(props: TextInputProps) {
  return <TextInput type="number" min={1} {...props} />;
}
