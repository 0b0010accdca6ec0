// The code of an authenticator app, or a recovery code in its place.
import { Anchor, Stack, type TextInputProps } from "@mantine/core";
import { useState } from "react";
import { TextField } from "../../components/form/TextField";
import classes from "./SecondFactorField.module.css";

export type SecondFactorCode = { code: string } | { recovery_code: string };

interface CodeProps {
  description: string;
  autoFocus?: boolean;
  value: string;
  onChange: (value: string) => void;
}

export function CodeField(props: CodeProps) {
  return (
    <SecretTextField
      label="Code"
      inputMode="numeric"
      autoComplete="one-time-code"
      // Some apps show the code with a space in the middle.
      maxLength={7}
      {...props}
    />
  );
}

function RecoveryCodeField(props: CodeProps) {
  return <SecretTextField label="Recovery code" autoCapitalize="none" maxLength={100} {...props} />;
}

type InputProps = CodeProps & Omit<TextInputProps, keyof CodeProps>;

function SecretTextField(props: InputProps) {
  return <TextField required spellCheck={false} classNames={{ input: classes.code }} {...props} />;
}

/** `useSecondFactorField()` gives the field and what it holds. */
export function useSecondFactorField(autoFocus = false) {
  const [byRecovery, setByRecovery] = useState(false);
  const [text, setText] = useState("");
  const proof: SecondFactorCode = byRecovery ? { recovery_code: text } : { code: text };
  const field = (
    <Stack gap={6} align="stretch">
      {byRecovery ? (
        <RecoveryCodeField
          key="recovery"
          description="One of the recovery codes that you saved. Each works once."
          autoFocus
          value={text}
          onChange={setText}
        />
      ) : (
        <CodeField
          key="code"
          description="Six digits from your authenticator app"
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
