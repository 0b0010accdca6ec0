// An invitation or reset link, shown once to the admin who hands it on.
import { Modal, Stack, Text } from "@mantine/core";
import type { Schema } from "../api/client";
import { CodeBlock } from "./CodeBlock";
import { Time } from "./Time";

export interface LinkFor {
  link: Schema<"Link">;
  title: string;
  email: string;
}

interface Props {
  shown: LinkFor | null;
  onClose: () => void;
}

export function OneTimeLink({ shown, onClose }: Props) {
  return (
    <Modal opened={shown !== null} onClose={onClose} title={shown?.title} size="lg">
      {shown && (
        <Stack>
          <Text size="sm">
            Send this link to {shown.email}. It works once, won't be shown again and expires{" "}
            <Time value={shown.link.expires_at} />.
          </Text>
          <CodeBlock title="Link" code={shown.link.url} />
        </Stack>
      )}
    </Modal>
  );
}
