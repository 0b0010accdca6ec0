import { Button, Checkbox, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { NewPasswordField } from "../../components/fields/NewPasswordField";
import { Panel } from "../../components/layout/Panel";
import { useMe } from "../../lib/session";

export function PasswordPanel() {
  if (useMe().has_password) return <PasswordForm />;
  return (
    <Panel title="Password">
      <Text size="sm">You sign in through your organisation's provider.</Text>
    </Panel>
  );
}

function PasswordForm() {
  const me = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [endConnections, setEndConnections] = useState(true);
  const change = useAction(
    () =>
      unwrap(
        api.PUT("/me/password", {
          body: { current, new: next, end_connections: endConnections },
        }),
      ),
    {
      showsError: true,
      refresh: [["sessions"], ["connections"]],
      done: "Your password is changed.",
      onDone: () => {
        setCurrent("");
        setNext("");
      },
    },
  );
  return (
    <Panel title="Password" description="Changing it ends your other sessions.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack maw={360}>
          <input type="email" autoComplete="username" value={me.email} readOnly hidden />
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <NewPasswordField label="New password" value={next} onChange={setNext} />
          <Checkbox
            label="Also disconnect my apps"
            description="They ask for your approval again. Access tokens keep working."
            checked={endConnections}
            onChange={(event) => setEndConnections(event.currentTarget.checked)}
          />
          <ErrorAlert error={change.error} />
          <div>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  );
}
