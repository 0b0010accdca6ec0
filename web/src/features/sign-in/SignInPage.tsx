import { Alert, Button, Divider, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api, unwrap, type Schema } from "../../api/client";
import { instanceQuery } from "../../api/queries";
import { useAction } from "../../api/useAction";
import { ClientBadge } from "../../components/ClientBadge";
import { EmailField, CurrentPasswordField } from "../../components/form/AccountFields";
import { ActionForm } from "../../components/form/ActionForm";
import { CenteredLayout } from "../../components/layout/CenteredLayout";
import { QueryView } from "../../components/layout/QueryView";
import { lazyComponent } from "../../components/lazyComponent";
import { safeReturnPath } from "../../lib/returnPath";
import { useCompleteSignIn } from "./useCompleteSignIn";

const SecondStep = lazyComponent(
  async () => (await import("../second-factor/SecondStep")).SecondStep,
);

export function SignInPage() {
  const enter = useCompleteSignIn();
  // The password was right, and the second factor is asked for; or why it has to be given again.
  const [pending, setPending] = useState(false);
  const [expired, setExpired] = useState<Error | null>(null);
  const [search] = useSearchParams();
  const instance = useQuery(instanceQuery);
  const next = safeReturnPath(search.get("next"));
  if (pending) {
    return (
      <CenteredLayout title="Enter your code" description={instance.data?.public_url}>
        <SecondStep
          onDone={(session) => enter(session, next)}
          onBack={(error) => {
            setExpired(error);
            setPending(false);
          }}
        />
      </CenteredLayout>
    );
  }
  return (
    <CenteredLayout title="Sign in" description={instance.data?.public_url}>
      <QueryView query={instance}>
        {({ setup_required, oidc, password_sign_in }) => (
          <>
            {setup_required && (
              <Alert color="yellow">
                This server has no admin yet. Open the set-up link that it printed when it started.
              </Alert>
            )}
            <AskingApp next={next} />
            <ProviderProblem code={search.get("error")} provider={oidc?.name ?? "your provider"} />
            {oidc && <ProviderButton oidc={oidc} next={next} alone={!password_sign_in} />}
            {oidc && password_sign_in && <Divider label="or" />}
            {password_sign_in && (
              <PasswordForm next={next} expired={expired} onPending={() => setPending(true)} />
            )}
          </>
        )}
      </QueryView>
    </CenteredLayout>
  );
}

/** The app that sent the user to this page, if one did. */
function AskingApp({ next }: { next: string }) {
  const { pathname, searchParams } = new URL(next, window.location.origin);
  const client = pathname === "/oauth/authorize" ? searchParams.get("client_id") : null;
  const app = useQuery({
    queryKey: ["oauth", "app", client],
    queryFn: () =>
      unwrap(api.GET("/oauth/apps", { params: { query: { client_id: client ?? "" } } })),
    enabled: client !== null,
  });
  if (pathname === "/device") {
    return <Alert color="blue">A device wants to connect. Sign in to enter its code.</Alert>;
  }
  // An app that is not known here gets its own page after sign-in.
  if (!app.data) return null;
  return (
    <Alert color="blue" title={`“${app.data.name}” wants to connect`}>
      <ClientBadge client={app.data} />
      <Text size="sm" mt={4}>
        Sign in to review the request. Signing in alone gives the app no access.
      </Text>
    </Alert>
  );
}

interface ProviderProps {
  oidc: NonNullable<Schema<"Instance">["oidc"]>;
  next: string;
  /** There is no other way in. */
  alone: boolean;
}

function ProviderButton({ oidc, next, alone }: ProviderProps) {
  return (
    <Button
      // Not a page of this app: the server sends the browser on to the provider.
      component="a"
      href={`/oidc/start?next=${encodeURIComponent(next)}`}
      variant={alone ? "filled" : "default"}
      fullWidth
    >
      Sign in with {oidc.name}
    </Button>
  );
}

/** Why the way through the provider ended here. The code comes from the address bar, so it is never shown. */
function ProviderProblem({ code, provider }: { code: string | null; provider: string }) {
  switch (code) {
    case "oidc_failed":
      return (
        <Alert color="red">
          Signing in with {provider} failed. Try again. If it keeps failing, ask an admin to check
          the server log.
        </Alert>
      );
    case "oidc_pending":
      return (
        <Alert color="yellow" title="Waiting for approval">
          Your account was created. You can sign in after an admin approves it.
        </Alert>
      );
    case "oidc_refused":
      return (
        <Alert color="red">
          Your {provider} account is not allowed to sign in here. Ask an admin for access.
        </Alert>
      );
    case "oidc_deactivated":
      return <Alert color="red">Your account is deactivated. Ask an admin to reactivate it.</Alert>;
    case "oidc_unavailable":
      return <Alert color="red">{provider} cannot be reached. Try again later.</Alert>;
    default:
      return null;
  }
}

interface PasswordProps {
  next: string;
  /** Why an earlier try has to be made again. */
  expired: Error | null;
  onPending: () => void;
}

function PasswordForm({ next, expired, onPending }: PasswordProps) {
  const enter = useCompleteSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useAction(() => unwrap(api.POST("/session", { body: { email, password } })), {
    showsError: true,
    onDone: (answer) => ("user" in answer ? enter(answer, next) : onPending()),
  });
  return (
    <ActionForm action={signIn} submit="Sign in" place="page" earlierError={expired}>
      <EmailField autoFocus value={email} onChange={setEmail} />
      <CurrentPasswordField value={password} onChange={setPassword} />
    </ActionForm>
  );
}
