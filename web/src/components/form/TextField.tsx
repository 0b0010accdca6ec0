// A single-line text input. Browsers do not fill it in unless the form sets `autoComplete`.
import { TextInput, type TextInputProps } from "@mantine/core";

interface Props extends Omit<TextInputProps, "onChange"> {
  value: string;
  onChange: (value: string) => void;
}

export function TextField({ onChange, ...input }: Props) {
  return (
    <TextInput
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
      {...input}
    />
  );
}
