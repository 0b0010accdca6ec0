import type { Schema } from "../../api/client";
import { SecretBanner } from "../../components/secrets/SecretBanner";

export interface AppWithSecret {
  client: Schema<"OAuthClientDetail">;
  client_secret: string | null;
}

interface Props {
  shown: AppWithSecret;
  onClose: () => void;
}

/** The credentials for an app that was registered here, or got a new secret. */
export function AppSecretBanner({ shown: { client, client_secret: secret }, onClose }: Props) {
  return (
    <SecretBanner
      title={secret === null ? `“${client.name}” is registered` : `Secret of “${client.name}”`}
      description={
        secret === null ? (
          "Enter this client ID in the app. The app has no secret."
        ) : (
          <>
            Copy the secret now: it <strong>won't be shown again</strong>. Enter both values in the
            app.
          </>
        )
      }
      values={[
        { what: "Client ID", value: client.id, testId: "client-id" },
        ...(secret === null
          ? []
          : [{ what: "Client secret", value: secret, testId: "client-secret" }]),
      ]}
      closeLabel={secret === null ? "Hide the client ID" : "Hide the client secret"}
      onClose={onClose}
    />
  );
}
