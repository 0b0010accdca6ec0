// What only the person who has both may do: it asks for the password and a code.
import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";
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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{description}</Text>
          <input type="email" autoComplete="username" value={me.email} readOnly hidden />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {field}
          <ErrorAlert error={act.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color={isDestructive ? "red" : undefined} loading={act.isPending}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
