// Where an invitation and a password-reset link lead: choose a password and be signed in.
import { Alert, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { NameField, HiddenUsername } from "../../components/form/AccountFields";
import { ActionForm } from "../../components/form/ActionForm";
import { NewPasswordField } from "../../components/form/NewPasswordField";
import { CenteredLayout } from "../../components/layout/CenteredLayout";
import { QueryView } from "../../components/layout/QueryView";
import { lazyComponent } from "../../components/lazyComponent";
import { useCompleteSignIn } from "./useCompleteSignIn";
import { useFragmentToken } from "./useFragmentToken";

const SecondStep = lazyComponent(
  async () => (await import("../second-factor/SecondStep")).SecondStep,
);

export function InvitePage() {
  const token = useFragmentToken();
  const invite = useQuery({
    queryKey: ["invite", token],
    queryFn: () => unwrap(api.GET("/invites/{token}", { params: { path: { token } } })),
    enabled: token !== "",
    gcTime: 0,
  });
  const reset = invite.data?.purpose === "reset";

  return (
    <CenteredLayout
      title={reset ? "Choose a new password" : "Join Wick"}
      description={invite.data && `For ${invite.data.email}`}
    >
      {token ? (
        <QueryView query={invite}>{(info) => <InviteForm token={token} info={info} />}</QueryView>
      ) : (
        <Alert color="yellow" title="The link is incomplete">
          Open the complete link that you received. It works once. If it was used or lost, ask an
          admin for a new one.
        </Alert>
      )}
    </CenteredLayout>
  );
}

function InviteForm({ token, info }: { token: string; info: Schema<"InviteInfo"> }) {
  const reset = info.purpose === "reset";
  const enter = useCompleteSignIn();
  const [name, setName] = useState(info.name);
  const [password, setPassword] = useState("");
  const [pending, setPending] = useState(false);
  const navigate = useNavigate();
  const accept = useAction(
    () =>
      unwrap(
        api.POST("/invites/{token}", {
          params: { path: { token } },
          body: reset ? { password } : { password, name },
        }),
      ),
    {
      showsError: true,
      onDone: (answer) => ("user" in answer ? enter(answer) : setPending(true)),
    },
  );
  if (pending) {
    return (
      <>
        <Text size="sm">Your new password is set. To sign in, enter your code.</Text>
        <SecondStep
          onDone={(session) => enter(session)}
          onBack={() => void navigate("/sign-in", { replace: true })}
        />
      </>
    );
  }
  return (
    <ActionForm
      action={accept}
      submit={reset ? "Set password and sign in" : "Accept and sign in"}
      place="page"
    >
      <HiddenUsername email={info.email} />
      {!reset && <NameField value={name} onChange={setName} />}
      <NewPasswordField value={password} onChange={setPassword} />
    </ActionForm>
  );
}
