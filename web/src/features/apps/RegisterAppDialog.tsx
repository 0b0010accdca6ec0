import { Checkbox, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ActionForm } from "../../components/form/ActionForm";
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
        <TextInput
          label="Name"
          description="People read it when the app asks for their approval."
          required
          data-autofocus
          autoComplete="off"
          data-1p-ignore
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label="Redirect addresses"
          description="Where the app takes people back to after they approve. One a line."
          placeholder="https://app.example.com/callback"
          autosize
          minRows={2}
          value={redirects}
          onChange={(event) => setRedirects(event.currentTarget.value)}
        />
        <Checkbox
          label="It keeps a secret (confidential)"
          description="For apps that run on a server, where nobody can read it."
          checked={confidential || introspects}
          disabled={introspects}
          onChange={(event) => setConfidential(event.currentTarget.checked)}
        />
        <Checkbox
          label="It may use device codes"
          description="For programs without a browser; needs no redirect address."
          checked={device}
          onChange={(event) => setDevice(event.currentTarget.checked)}
        />
        <Checkbox
          label="It is a resource server that may introspect tokens"
          description="It asks this server whether a token is good; it always has a secret."
          checked={introspects}
          onChange={(event) => setIntrospects(event.currentTarget.checked)}
        />
      </ActionForm>
    </Dialog>
  );
}
