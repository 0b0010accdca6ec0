// An invitation or reset link, shown once to the admin who hands it on. Only its button closes it.
import { Button, Group, Stack, Text } from "@mantine/core";
import type { Schema } from "../../api/client";
import { CodeBlock } from "../CodeBlock";
import { Dialog } from "../Dialog";
import { Time } from "../Time";
import { useGuardUntilCopied } from "./useGuardUntilCopied";

export interface LinkFor {
  link: Schema<"Link">;
  title: string;
  email: string;
}

interface Props {
  shown: LinkFor;
  onClose: () => void;
}

export function OneTimeLink({ shown: { link, title, email }, onClose }: Props) {
  const onCopied = useGuardUntilCopied(link.url);
  return (
    <Dialog
      onClose={onClose}
      title={title}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack onCopy={onCopied}>
        <Text size="sm">
          Send this link to {email}. It works once, won't be shown again and expires{" "}
          <Time value={link.expires_at} />.
        </Text>
        <CodeBlock title="Link" code={link.url} onCopied={onCopied} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Done, hide the link
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
