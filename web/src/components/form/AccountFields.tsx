// The fields of an account: name, email and the current password. Each tells password managers its meaning.
import { PasswordInput } from "@mantine/core";
import { TextField } from "./TextField";

interface Props {
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
}

export function NameField({ value, onChange, autoFocus }: Props) {
  return (
    <TextField
      label="Name"
      autoComplete="name"
      required
      autoFocus={autoFocus}
      value={value}
      onChange={onChange}
    />
  );
}

export function EmailField({ value, onChange, autoFocus }: Props) {
  return (
    <TextField
      label="Email"
      type="email"
      autoComplete="username"
      required
      autoFocus={autoFocus}
      value={value}
      onChange={onChange}
    />
  );
}

interface PasswordProps extends Props {
  label?: string;
}

export function CurrentPasswordField(props: PasswordProps) {
  const { label = "Password", value, onChange, autoFocus } = props;
  return (
    <PasswordInput
      label={label}
      autoComplete="current-password"
      required
      data-autofocus={autoFocus || undefined}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Tells password managers whose password a form is about. */
export function HiddenUsername({ email }: { email: string }) {
  return <input type="email" autoComplete="username" value={email} readOnly hidden />;
}
