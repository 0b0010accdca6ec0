// A line of text. Browsers do not fill it unless a form says with `autoComplete` what it is for.
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
