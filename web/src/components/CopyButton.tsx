// "Copy" that says "Copied" only once it is true; a one-time secret that was not copied is lost.
import { Button, VisuallyHidden, type ButtonProps } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { copyText } from "../lib/copyText";

interface Props extends ButtonProps {
  value: string;
  /** What is copied, for screen readers: "Copy <what>". */
  what: string;
  onCopied?: () => void;
}

type State = "idle" | "copied" | "failed";

const labels: Record<State, string> = {
  idle: "Copy",
  copied: "Copied",
  failed: "Not copied: select and copy it by hand",
};

export function CopyButton({ value, what, onCopied, ...button }: Props) {
  const [state, setState] = useState<State>("idle");

  useEffect(() => setState("idle"), [value]);

  return (
    <>
      <Button
        size="xs"
        variant="default"
        flex="none"
        {...button}
        aria-label={state === "idle" ? `Copy ${what}` : labels[state]}
        leftSection={
          state === "copied" ? (
            <IconCheck size={14} aria-hidden />
          ) : state === "failed" ? (
            <IconAlertTriangle size={14} aria-hidden />
          ) : (
            <IconCopy size={14} aria-hidden />
          )
        }
        onClick={async () => {
          const copied = await copyText(value);
          setState(copied ? "copied" : "failed");
          if (copied) onCopied?.();
        }}
      >
        {labels[state]}
      </Button>
      <VisuallyHidden role="status">{state === "idle" ? "" : labels[state]}</VisuallyHidden>
    </>
  );
}
