// The code that a device without a browser shows (RFC 8628) is typed in here; what it asks for is decided under
// /oauth/consent, which leads back here to say that it is done.
import { Text } from "@mantine/core";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ActionForm } from "../../components/form/ActionForm";
import { TextField } from "../../components/form/TextField";
import { CenteredLayout } from "../../components/layout/CenteredLayout";
import classes from "./DevicePage.module.css";

export function DevicePage() {
  const [search] = useSearchParams();
  switch (search.get("done")) {
    case "approved":
      return <Done title="The device is connected" />;
    case "denied":
      return <Done title="The device is not connected" />;
    default:
      return <CodeForm suggested={search.get("user_code") ?? ""} />;
  }
}

function Done({ title }: { title: string }) {
  return (
    <CenteredLayout title={title}>
      <Text>You can close this page and go back to your device.</Text>
    </CenteredLayout>
  );
}

function CodeForm({ suggested }: { suggested: string }) {
  const navigate = useNavigate();
  // A link may fill the code in, but only the person sends it: the link may be someone else's.
  const [code, setCode] = useState(suggested);
  const enter = useAction(() => unwrap(api.POST("/oauth/device", { body: { user_code: code } })), {
    showsError: true,
    onDone: ({ request_id }) =>
      void navigate(`/oauth/consent?request=${encodeURIComponent(request_id)}`),
  });
  return (
    <CenteredLayout title="Connect a device" description="Enter the code that your device shows.">
      <ActionForm action={enter} submit="Continue" place="page">
        <TextField
          label="Code"
          description="Eight letters, such as WDJB-MJHT"
          required
          autoFocus
          autoCapitalize="characters"
          spellCheck={false}
          data-1p-ignore
          classNames={{ input: classes.code }}
          value={code}
          onChange={setCode}
        />
      </ActionForm>
    </CenteredLayout>
  );
}
