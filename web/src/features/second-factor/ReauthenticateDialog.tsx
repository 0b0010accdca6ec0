// Asks for the password and a code before an action that needs both.
import { Text } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { CurrentPasswordField, HiddenUsername } from "../../components/form/AccountFields";
import { ActionForm } from "../../components/form/ActionForm";
import { useMe } from "../../lib/session";
import { useSecondFactorField, type SecondFactorCode } from "./SecondFactorField";

interface Props<T> {
  title: string;
  description: string;
  confirm: string;
  isDestructive?: boolean;
  run: (body: { password: string } & SecondFactorCode) => Promise<T>;
  onDone: (result: T) => void;
  onClose: () => void;
}

export function ReauthenticateDialog<T>(props: Props<T>) {
  const { title, description, confirm, isDestructive = false, run, onDone, onClose } = props;
  const me = useMe();
  const [password, setPassword] = useState("");
  const { proof, field } = useSecondFactorField();
  const act = useAction(() => run({ password, ...proof }), {
    showsError: true,
    refresh: [["second-factor"]],
    onDone,
  });
  return (
    <Dialog onClose={onClose} title={title}>
      <ActionForm
        action={act}
        submit={confirm}
        place="dialog"
        onCancel={onClose}
        isDestructive={isDestructive}
      >
        <Text size="sm">{description}</Text>
        <HiddenUsername email={me.email} />
        <CurrentPasswordField autoFocus value={password} onChange={setPassword} />
        {field}
      </ActionForm>
    </Dialog>
  );
}
