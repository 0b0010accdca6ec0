import { Button, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { DescriptionList } from "../../components/DescriptionList";
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
    refresh: [sessionQuery.queryKey],
    done: "Your name is saved.",
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack align="flex-start">
        <TextInput
          label="Name"
          autoComplete="name"
          required
          w="100%"
          maw={360}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" disabled={name === me.name} loading={save.isPending}>
          Save name
        </Button>
      </Stack>
    </form>
  );
}
