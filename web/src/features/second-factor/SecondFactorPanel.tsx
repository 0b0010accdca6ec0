import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { instanceQuery } from "../../api/queries";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { lazyComponent } from "../../components/lazyComponent";
import { Time } from "../../components/Time";
import { plural } from "../../lib/format";
import { useMe } from "../../lib/session";
import type { SecondFactorAction } from "./SecondFactorDialogs";

const SecondFactorDialogs = lazyComponent(
  async () => (await import("./SecondFactorDialogs")).SecondFactorDialogs,
);

/** Only sign-in by password asks for it: a provider has its own. */
export function SecondFactorPanel() {
  const me = useMe();
  const instance = useQuery(instanceQuery);
  if (!me.has_password || !instance.data?.password_sign_in) return null;
  return <Factor />;
}

function Factor() {
  const factor = useQuery({
    queryKey: ["second-factor"],
    queryFn: () => unwrap(api.GET("/me/second-factor")),
  });
  const [action, setAction] = useState<SecondFactorAction | null>(null);
  return (
    <Panel
      title="Second factor"
      description="With a second factor, signing in with a password also needs a code from an authenticator app."
    >
      <QueryView query={factor}>
        {(state) => (
          <Stack align="flex-start">
            <FactorState {...state} />
            {state.since === null ? (
              <Button onClick={() => setAction("set-up")}>Set up</Button>
            ) : (
              <Group gap="sm">
                <Button variant="default" onClick={() => setAction("renew")}>
                  New recovery codes
                </Button>
                <Button variant="default" data-destructive onClick={() => setAction("turn-off")}>
                  Turn off
                </Button>
              </Group>
            )}
          </Stack>
        )}
      </QueryView>
      {action && <SecondFactorDialogs action={action} onClose={() => setAction(null)} />}
    </Panel>
  );
}

function FactorState({ since, recovery_codes_left: left, required }: Schema<"SecondFactor">) {
  if (since === null) return <Text size="sm">Off.</Text>;
  return (
    <Text size="sm">
      On since <Time value={since} />. {plural(left, "recovery code")} left
      {left <= 2 && ": create new ones before you run out"}.
      {required &&
        " This server requires a second factor. If you turn it off, you must set up a new one immediately."}
    </Text>
  );
}
