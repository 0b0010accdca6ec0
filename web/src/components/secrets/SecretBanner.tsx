// Shows a new secret once. It lives in the state of the page that shows it, and nowhere else.
import { Alert, Group, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { CopyButton } from "../CopyButton";
import classes from "./SecretBanner.module.css";
import { useGuardUntilCopied } from "./useGuardUntilCopied";

interface Props {
  title: string;
  /** Names the secret to copy and the place where it belongs. */
  description: ReactNode;
  values: { what: string; value: string; testId?: string }[];
  closeLabel: string;
  onClose: () => void;
  children?: ReactNode;
}

export function SecretBanner({ title, description, values, closeLabel, onClose, children }: Props) {
  const banner = useRef<HTMLDivElement>(null);
  const shown = values.map(({ value }) => value).join();
  const onCopied = useGuardUntilCopied(shown);

  useEffect(() => {
    banner.current?.focus();
    banner.current?.scrollIntoView({ block: "nearest" });
  }, [shown]);

  return (
    <Alert
      ref={banner}
      tabIndex={-1}
      role="region"
      color="green"
      classNames={{ wrapper: classes.shrink, body: classes.shrink }}
      mb="lg"
      icon={<IconCircleCheck aria-hidden />}
      title={title}
      withCloseButton
      closeButtonLabel={closeLabel}
      onClose={onClose}
      onCopy={onCopied}
    >
      <Stack gap="md">
        <Text size="sm">{description}</Text>
        {values.map(({ what, value, testId }) => (
          <Group key={what} gap="sm">
            {values.length > 1 && (
              <Text size="sm" w={90}>
                {what}
              </Text>
            )}
            <code data-testid={testId} className={classes.secret}>
              {value}
            </code>
            <CopyButton value={value} what={what} onCopied={onCopied} />
          </Group>
        ))}
        {children}
      </Stack>
    </Alert>
  );
}
