// The code of an authenticator app, or a recovery code in its place.
import { Anchor, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import classes from "./SecondFactorField.module.css";

export type SecondFactorCode = { code: string } | { recovery_code: string };

interface CodeProps {
  label?: string;
  description?: string;
  autoFocus?: boolean;
  value: string;
  onChange: (value: string) => void;
}

export function CodeField({ label = "Code", description, autoFocus, value, onChange }: CodeProps) {
  return (
    <TextInput
      label={label}
      description={description}
      required
      autoFocus={autoFocus}
      inputMode="numeric"
      autoComplete="one-time-code"
      spellCheck={false}
      // With a space in the middle, as some apps show it.
      maxLength={7}
      classNames={{ input: classes.code }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** `useSecondFactorField()` gives the field and what it holds. */
export function useSecondFactorField(autoFocus = false) {
  const [byRecovery, setByRecovery] = useState(false);
  const [text, setText] = useState("");
  const proof: SecondFactorCode = byRecovery ? { recovery_code: text } : { code: text };
  const field = (
    <Stack gap={6} align="stretch">
      {byRecovery ? (
        <TextInput
          key="recovery"
          label="Recovery code"
          description="One of the ten that you kept. Each works once."
          required
          autoFocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={100}
          classNames={{ input: classes.code }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : (
        <CodeField
          key="code"
          description="Six digits, from your authenticator app"
          autoFocus={autoFocus}
          value={text}
          onChange={setText}
        />
      )}
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="start"
        onClick={() => {
          setText("");
          setByRecovery(!byRecovery);
        }}
      >
        {byRecovery ? "Use the authenticator app" : "Use a recovery code"}
      </Anchor>
    </Stack>
  );
  return { proof, field, clear: () => setText("") };
}
