// The recovery codes, once. Only the button closes them.
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { CopyButton } from "../../components/CopyButton";
import { Dialog } from "../../components/Dialog";
import { useGuardUntilCopied } from "../../components/secrets/useGuardUntilCopied";
import classes from "./RecoveryCodes.module.css";

interface Props {
  codes: string[];
  onClose: () => void;
}

export function RecoveryCodes({ codes, onClose }: Props) {
  const text = codes.join("\n");
  const onKept = useGuardUntilCopied(text);
  return (
    <Stack onCopy={onKept}>
      <Text size="sm">
        If you lose your authenticator app, sign in with one of these codes instead. Each code works
        once. Store them in a safe place: they <strong>won't be shown again</strong>.
      </Text>
      <ul className={classes.codes} aria-label="Recovery codes" data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group>
        <CopyButton value={text} what="recovery codes" onCopied={onKept} />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => {
            download(text);
            onKept();
          }}
        >
          Download
        </Button>
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>I have saved them</Button>
      </Group>
    </Stack>
  );
}

export function RecoveryCodesDialog(props: Props) {
  return (
    <Dialog
      onClose={props.onClose}
      title="Your recovery codes"
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <RecoveryCodes {...props} />
    </Dialog>
  );
}

function download(codes: string) {
  const url = URL.createObjectURL(
    new Blob([`Recovery codes for ${window.location.host}\n\n${codes}\n`], { type: "text/plain" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = `wick-recovery-codes-${window.location.hostname}.txt`;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
