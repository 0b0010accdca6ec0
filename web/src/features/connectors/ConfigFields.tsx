// The inputs of a connector's config, made from its kind's fields.
import { Button, Checkbox, Group, PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import type { Schema } from "../../api/client";
import { type ConfigValues, shownFields } from "./configForm";

type ConfigField = Schema<"ConfigField">;

interface Props {
  fields: ConfigField[];
  values: ConfigValues;
  onChange: (values: ConfigValues) => void;
}

export function ConfigFields({ fields, values, onChange }: Props) {
  return shownFields(fields, values).map((field) => {
    const setText = (text: string) =>
      onChange({ ...values, texts: { ...values.texts, [field.key]: text } });
    return values.kept[field.key] ? (
      <KeptSecret
        key={field.key}
        field={field}
        onReplace={() => onChange({ ...values, kept: { ...values.kept, [field.key]: false } })}
      />
    ) : (
      <ConfigInput
        key={field.key}
        field={field}
        text={values.texts[field.key] ?? ""}
        onChange={setText}
      />
    );
  });
}

function KeptSecret({ field, onReplace }: { field: ConfigField; onReplace: () => void }) {
  return (
    <Group align="flex-end" gap="sm" wrap="nowrap">
      <TextInput
        label={field.label}
        value="••••••••"
        description="Set, never shown"
        readOnly
        flex={1}
      />
      <Button variant="default" aria-label={`Replace ${field.label}`} onClick={onReplace}>
        Replace
      </Button>
    </Group>
  );
}

interface InputProps {
  field: ConfigField;
  text: string;
  onChange: (text: string) => void;
}

function ConfigInput({ field, text, onChange }: InputProps) {
  const common = {
    label: field.label,
    description: (field.locked ? "Can be changed only on the server." : field.help) || undefined,
    required: field.required,
    readOnly: field.locked,
    value: text,
  };
  switch (field.type) {
    case "boolean":
      return (
        <Checkbox
          label={field.label}
          description={field.help}
          checked={text === "true"}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
        />
      );
    case "select":
      return (
        <Select
          {...common}
          value={text || null}
          data={field.options ?? []}
          clearable={!field.required && field.default === undefined}
          onChange={(value) => onChange(value ?? "")}
        />
      );
    case "list":
      return (
        <Textarea
          {...common}
          description={
            field.locked
              ? common.description
              : [field.help, "One per line."].filter(Boolean).join(" ")
          }
          autosize
          minRows={2}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "secret":
      return (
        <PasswordInput
          {...common}
          autoComplete="off"
          data-1p-ignore
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          type={field.type === "number" ? "number" : "text"}
          step="any"
          autoComplete="off"
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
