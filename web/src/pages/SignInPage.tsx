import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api, unwrap } from "../api/client";
import { instanceQuery } from "../api/queries";
import { useAction } from "../api/useAction";
import { ErrorAlert } from "../components/ErrorAlert";
import { EntryLayout } from "../components/layout/EntryLayout";
import { safeReturnPath } from "../lib/returnPath";
import { useEnter } from "../lib/useEnter";

export function SignInPage() {
  const [search] = useSearchParams();
  const instance = useQuery(instanceQuery);
  const enter = useEnter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useAction(() => unwrap(api.POST("/session", { body: { email, password } })), {
    showsError: true,
    onDone: (session) => enter(session, safeReturnPath(search.get("next"))),
  });

  return (
    <EntryLayout title="Sign in" description={instance.data?.public_url}>
      {instance.data?.setup_required && (
        <Alert color="yellow">
          This server has no admin yet. Open the set-up link that it printed when it started.
        </Alert>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Email"
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <ErrorAlert error={signIn.error} />
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </EntryLayout>
  );
}
