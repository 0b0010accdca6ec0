import { Group, Text } from "@mantine/core";
import classes from "./CodeBlock.module.css";
import { CopyButton } from "./CopyButton";

interface Props {
  code: string;
  /** Shown above, and named by the copy button. */
  title: string;
  /** Names it for screen readers where the title alone is not unique on the page. */
  label?: string;
  onCopied?: () => void;
}

export function CodeBlock({ code, title, label = title, onCopied }: Props) {
  return (
    <div className={classes.block}>
      <Group justify="space-between" wrap="nowrap" className={classes.head}>
        <Text size="sm" fw={500} className={classes.title}>
          {title}
        </Text>
        <CopyButton value={code} what={label} onCopied={onCopied} />
      </Group>
      {/* Scrolls sideways, so the keyboard must be able to reach it. */}
      <pre className={classes.code} tabIndex={0} aria-label={label}>
        {code}
      </pre>
    </div>
  );
}
