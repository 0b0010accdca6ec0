import { Checkbox, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { CurrentPasswordField, HiddenUsername } from "../../components/form/AccountFields";
import { ActionForm } from "../../components/form/ActionForm";
import { NewPasswordField } from "../../components/form/NewPasswordField";
import { Panel } from "../../components/layout/Panel";
import { useMe } from "../../lib/session";

export function PasswordPanel() {
  if (useMe().has_password) return <ChangePasswordForm />;
  return (
    <Panel title="Password">
      <Text size="sm">You sign in with your organization's identity provider.</Text>
    </Panel>
  );
}

function ChangePasswordForm() {
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
      done: "Your password was changed.",
      onDone: () => {
        setCurrent("");
        setNext("");
      },
    },
  );
  return (
    <Panel title="Password" description="Changing your password ends your other sessions.">
      <ActionForm action={change} submit="Change password" place="panel" maxWidth={360}>
        <HiddenUsername email={me.email} />
        <CurrentPasswordField label="Current password" value={current} onChange={setCurrent} />
        <NewPasswordField label="New password" value={next} onChange={setNext} />
        <Checkbox
          label="Also disconnect my apps"
          description="The apps must ask for your approval again. Access tokens keep working."
          checked={endConnections}
          onChange={(event) => setEndConnections(event.currentTarget.checked)}
        />
      </ActionForm>
    </Panel>
  );
}
