import { Button, PasswordInput, Stack } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { NewPasswordField } from "../../components/NewPasswordField";
import { Panel } from "../../components/Panel";
import { useMe } from "../../lib/session";

export function PasswordPanel() {
  const me = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useAction(
    () => unwrap(api.PUT("/me/password", { body: { current, new: next } })),
    {
      showsError: true,
      refresh: [["sessions"]],
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
