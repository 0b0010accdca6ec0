// Choosing a password: the rule comes from the server, and is told before it is broken.
import { PasswordInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { instanceQuery } from "../../api/queries";

interface Props {
  value: string;
  onChange: (value: string) => void;
  label?: string;
}

export function useMinPasswordLength(): number {
  return useQuery(instanceQuery).data?.min_password_length ?? 1;
}

export function NewPasswordField({ value, onChange, label = "Password" }: Props) {
  const min = useMinPasswordLength();
  return (
    <PasswordInput
      label={label}
      description={min > 1 ? `At least ${min} characters` : undefined}
      autoComplete="new-password"
      required
      minLength={min}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
