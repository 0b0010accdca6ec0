import { Stack } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { DescriptionList } from "../../components/DescriptionList";
import { NameField } from "../../components/form/AccountFields";
import { ActionForm } from "../../components/form/ActionForm";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { TagBadges } from "../../components/TagBadges";
import { useMe } from "../../lib/session";
import { SecondFactorPanel } from "../second-factor/SecondFactorPanel";
import { PasswordPanel } from "./PasswordPanel";
import { SessionsPanel } from "./SessionsPanel";

export function ProfilePage() {
  const me = useMe();
  return (
    <>
      <PageHeader title="Profile" />
      <Stack gap="lg">
        <Panel title="Account">
          <DescriptionList
            items={{ Email: me.email, Role: me.role, Tags: <TagBadges tags={me.tags} /> }}
          />
          <NameForm />
        </Panel>
        <PasswordPanel />
        <SecondFactorPanel />
        <SessionsPanel />
      </Stack>
    </>
  );
}

function NameForm() {
  const me = useMe();
  const [name, setName] = useState(me.name);
  const save = useAction(() => unwrap(api.PATCH("/me", { body: { name } })), {
    showsError: true,
    refresh: [sessionQuery.queryKey],
    done: "Your name is saved.",
  });
  return (
    <ActionForm
      action={save}
      submit="Save name"
      place="panel"
      isDisabled={name === me.name}
      maxWidth={360}
    >
      <NameField value={name} onChange={setName} />
    </ActionForm>
  );
}
