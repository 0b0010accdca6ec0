import { Checkbox, Textarea } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ActionForm } from "../../components/form/ActionForm";
import { TextField } from "../../components/form/TextField";
import type { AppWithSecret } from "./AppSecretBanner";

interface Props {
  onRegistered: (app: AppWithSecret) => void;
  onClose: () => void;
}

export function RegisterAppDialog({ onRegistered, onClose }: Props) {
  const [name, setName] = useState("");
  const [redirects, setRedirects] = useState("");
  const [confidential, setConfidential] = useState(false);
  const [device, setDevice] = useState(false);
  const [introspects, setIntrospects] = useState(false);
  const register = useAction(
    () =>
      unwrap(
        api.POST("/admin/oauth-clients", {
          body: {
            name,
            redirect_uris: redirects
              .split("\n")
              .map((line) => line.trim())
              .filter(Boolean),
            confidential: confidential || introspects,
            device,
            introspects,
          },
        }),
      ),
    {
      showsError: true,
      refresh: [["admin"]],
      onDone: (registered) => {
        onClose();
        onRegistered(registered);
      },
    },
  );
  return (
    <Dialog onClose={onClose} title="Register an app">
      <ActionForm action={register} submit="Register" place="dialog" onCancel={onClose}>
        <TextField
          label="Name"
          description="Shown to users when the app asks for their approval."
          required
          data-autofocus
          data-1p-ignore
          value={name}
          onChange={setName}
        />
        <Textarea
          label="Redirect URIs"
          description="Where users return to after they approve the app. One per line."
          placeholder="https://app.example.com/callback"
          autosize
          minRows={2}
          value={redirects}
          onChange={(event) => setRedirects(event.currentTarget.value)}
        />
        <Checkbox
          label="Confidential: the app can keep a secret"
          description="For apps that run on a server, where users cannot read the secret."
          checked={confidential || introspects}
          disabled={introspects}
          onChange={(event) => setConfidential(event.currentTarget.checked)}
        />
        <Checkbox
          label="Device codes"
          description="For programs without a browser. They need no redirect URI."
          checked={device}
          onChange={(event) => setDevice(event.currentTarget.checked)}
        />
        <Checkbox
          label="Resource server that can introspect tokens"
          description="It can ask this server whether a token is valid. It always has a secret."
          checked={introspects}
          onChange={(event) => setIntrospects(event.currentTarget.checked)}
        />
      </ActionForm>
    </Dialog>
  );
}
