import { Alert, Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, unwrap } from "../../api/client";
import { instanceQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { NameField, EmailField } from "../../components/form/AccountFields";
import { ActionForm } from "../../components/form/ActionForm";
import { NewPasswordField } from "../../components/form/NewPasswordField";
import { CenteredLayout } from "../../components/layout/CenteredLayout";
import { QueryView } from "../../components/layout/QueryView";
import { useCompleteSignIn } from "./useCompleteSignIn";
import { useFragmentToken } from "./useFragmentToken";

export function SetupPage() {
  const token = useFragmentToken();
  const instance = useQuery(instanceQuery);
  return (
    <CenteredLayout title="Set up Wick" description="Create the first admin of this server.">
      <QueryView query={instance}>
        {({ setup_required }) => {
          if (!setup_required) {
            return (
              <Alert color="blue">
                This server is already set up.{" "}
                <Anchor component={Link} to="/sign-in" inherit underline="always">
                  Sign in
                </Anchor>
              </Alert>
            );
          }
          return token ? <SetupForm token={token} /> : <MissingToken />;
        }}
      </QueryView>
    </CenteredLayout>
  );
}

function MissingToken() {
  return (
    <Alert color="yellow" title="The link is incomplete">
      Open the complete set-up link that the server printed when it started. It works once. If you
      reload this page, open the link again.
    </Alert>
  );
}

function SetupForm({ token }: { token: string }) {
  const enter = useCompleteSignIn();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const setup = useAction(
    () => unwrap(api.POST("/setup", { body: { token, name, email, password } })),
    { showsError: true, refresh: [instanceQuery.queryKey], onDone: (session) => enter(session) },
  );
  return (
    <ActionForm action={setup} submit="Create admin" place="page">
      <NameField autoFocus value={name} onChange={setName} />
      <EmailField value={email} onChange={setEmail} />
      <NewPasswordField value={password} onChange={setPassword} />
    </ActionForm>
  );
}
