// A form made from an operation's input schema.
import { JsonInput, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { parseJson, stringifyJson } from "../../lib/json";
import type { FormField, FormValues } from "./schemaForm";

interface Props {
  fields: FormField[];
  values: FormValues;
  problems: Record<string, string>;
  onChange: (values: FormValues) => void;
}

export function SchemaForm({ fields, values, problems, onChange }: Props) {
  if (fields.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        This operation takes no input.
      </Text>
    );
  }
  return (
    <Stack>
      {fields.map((field) => (
        <SchemaField
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          problem={problems[field.name]}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
        />
      ))}
    </Stack>
  );
}

interface FieldProps {
  field: FormField;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

function SchemaField({ field, value, problem, onChange }: FieldProps) {
  const common = {
    label: field.name,
    description: field.description || undefined,
    withAsterisk: field.required,
    "aria-required": field.required,
    error: problem,
    value,
  };
  switch (field.kind) {
    case "text":
      return isShort(field.schema) ? (
        <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <Textarea
          {...common}
          autosize
          minRows={1}
          maxRows={12}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "number":
      return (
        <TextInput
          {...common}
          inputMode={field.integer ? "numeric" : "decimal"}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "boolean":
      return (
        <ChoiceField common={common} field={field} choices={[true, false]} onChange={onChange} />
      );
    case "choice":
      return (
        <ChoiceField common={common} field={field} choices={field.choices} onChange={onChange} />
      );
    case "json":
      return (
        <JsonInput
          {...common}
          placeholder={field.schema.type === "array" ? "[…]" : "{…}"}
          autosize
          minRows={3}
          maxRows={16}
          formatOnBlur
          serialize={(value: unknown) => stringifyJson(value, 2)}
          deserialize={parseJson}
          onChange={onChange}
        />
      );
  }
}

/** Values that fit into one line: formats, and texts with a small maximum length. */
const isShort = ({ format, maxLength }: FormField["schema"]) =>
  Boolean(format) || (typeof maxLength === "number" && maxLength <= 200);

interface ChoiceProps {
  common: { label: string; value: string };
  field: FormField;
  choices: unknown[];
  onChange: (value: string) => void;
}

function ChoiceField({ common, field, choices, onChange }: ChoiceProps) {
  return (
    <Select
      {...common}
      value={common.value || null}
      data={choices.map((choice) => ({
        value: stringifyJson(choice),
        label: typeof choice === "string" ? choice : stringifyJson(choice),
      }))}
      placeholder={field.required ? "Choose" : "Left out"}
      clearable={!field.required}
      onChange={(value) => onChange(value ?? "")}
    />
  );
}
