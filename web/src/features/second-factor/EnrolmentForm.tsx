// Turning on a second factor: the password again, the secret for the app, and the app's first code.
import { Anchor, Group, List, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { CodeBlock } from "../../components/CodeBlock";
import { CurrentPasswordField, HiddenUsername } from "../../components/form/AccountFields";
import { ActionForm } from "../../components/form/ActionForm";
import { useMe } from "../../lib/session";
import { QrCode } from "./QrCode";
import { CodeField } from "./SecondFactorField";

interface Props {
  onDone: (codes: string[]) => void;
  /** Absent: there is no way round it. */
  onCancel?: () => void;
}

export function EnrolmentForm({ onDone, onCancel }: Props) {
  const [enrolment, setEnrolment] = useState<Schema<"SecondFactorEnrolment"> | null>(null);
  if (!enrolment) return <PasswordStep onDone={setEnrolment} onCancel={onCancel} />;
  return (
    <ScanStep
      enrolment={enrolment}
      onDone={onDone}
      onCancel={onCancel}
      onAgain={() => setEnrolment(null)}
    />
  );
}

interface PasswordStepProps {
  onDone: (enrolment: Schema<"SecondFactorEnrolment">) => void;
  onCancel?: () => void;
}

function PasswordStep({ onDone, onCancel }: PasswordStepProps) {
  const me = useMe();
  const [password, setPassword] = useState("");
  const begin = useAction(
    () => unwrap(api.POST("/me/second-factor/enrolment", { body: { password } })),
    { showsError: true, onDone },
  );
  return (
    <ActionForm action={begin} submit="Continue" place="dialog" onCancel={onCancel}>
      <Text size="sm">
        You need an authenticator app, on your phone or in your password manager. First, enter your
        password again.
      </Text>
      <HiddenUsername email={me.email} />
      <CurrentPasswordField autoFocus value={password} onChange={setPassword} />
    </ActionForm>
  );
}

interface ScanStepProps extends Props {
  enrolment: Schema<"SecondFactorEnrolment">;
  onAgain: () => void;
}

function ScanStep({ enrolment, onDone, onCancel, onAgain }: ScanStepProps) {
  const [code, setCode] = useState("");
  const confirm = useAction(() => unwrap(api.POST("/me/second-factor", { body: { code } })), {
    showsError: true,
    refresh: [["second-factor"], ["sessions"]],
    onDone: ({ recovery_codes }) => onDone(recovery_codes),
  });
  return (
    <ActionForm
      action={confirm}
      submit="Turn on"
      place="dialog"
      onCancel={onCancel ?? onAgain}
      cancel={onCancel ? "Cancel" : "Start again"}
    >
      <List type="ordered" size="sm" spacing={4}>
        <List.Item>Scan the QR code with the app, or enter the key.</List.Item>
        <List.Item>Enter the six digits that the app shows.</List.Item>
      </List>
      <Group justify="center">
        <QrCode text={enrolment.uri} label="QR code with the key for the authenticator app" />
      </Group>
      <CodeBlock title="Key" code={enrolment.secret} />
      <Anchor href={enrolment.uri} size="sm">
        Open in an app on this device
      </Anchor>
      <CodeField description="Six digits from the app" autoFocus value={code} onChange={setCode} />
    </ActionForm>
  );
}
