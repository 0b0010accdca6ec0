// Shows a new token once. The plaintext lives in the state of the page that got it, and nowhere else.
import { Alert, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { Schema } from "../api/client";
import { instanceQuery } from "../api/queries";
import { ClientSnippet } from "./ClientSnippet";
import { CopyButton } from "./CopyButton";
import classes from "./PlaintextBanner.module.css";

interface Props {
  minted: Schema<"MintedToken">;
  onClose: () => void;
}

export function PlaintextBanner({ minted, onClose }: Props) {
  const instance = useQuery(instanceQuery);
  const banner = useRef<HTMLDivElement>(null);

  useEffect(() => {
    banner.current?.focus();
    banner.current?.scrollIntoView({ block: "nearest" });
  }, [minted]);

  return (
    <Alert
      ref={banner}
      tabIndex={-1}
      role="region"
      aria-label="New token"
      color="green"
      classNames={{ wrapper: classes.shrink, body: classes.shrink }}
      mb="lg"
      icon={<IconCircleCheck aria-hidden />}
      title={`Token “${minted.token.name}” created`}
      withCloseButton
      closeButtonLabel="Hide the new token"
      onClose={onClose}
    >
      <Stack gap="md">
        <Text size="sm">
          Copy the token now: it <strong>won't be shown again</strong>. Whoever has it can call
          everything that you can.
        </Text>
        <Group gap="sm">
          <code data-testid="plaintext-token" className={classes.token}>
            {minted.plaintext}
          </code>
          <CopyButton value={minted.plaintext} what="token" />
        </Group>
        {instance.data && <ClientSnippet url={instance.data.mcp_url} token={minted.plaintext} />}
      </Stack>
    </Alert>
  );
}
