// In place of every other page, while this server asks for a second factor and the user has none.
import { Button } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { CenteredLayout } from "../../components/layout/CenteredLayout";
import { useMe } from "../../lib/session";
import { EnrolmentForm } from "./EnrolmentForm";
import { RecoveryCodes } from "./RecoveryCodes";

export function EnrolPage({ onDone }: { onDone: () => void }) {
  const me = useMe();
  const [codes, setCodes] = useState<string[] | null>(null);
  const signOut = useAction(() => unwrap(api.DELETE("/session")), {
    onDone: () => window.location.assign("/sign-in"),
  });
  if (codes) {
    return (
      <CenteredLayout title="Your recovery codes" wide>
        <RecoveryCodes codes={codes} onClose={onDone} />
      </CenteredLayout>
    );
  }
  return (
    <CenteredLayout
      title="Set up a second factor"
      description={`This server requires a second factor. Set one up to continue as ${me.email}.`}
    >
      <EnrolmentForm onDone={setCodes} />
      <Button variant="subtle" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        Sign out
      </Button>
    </CenteredLayout>
  );
}
