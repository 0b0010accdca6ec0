// "Copy" that says "Copied" only once it is true; a one-time secret that was not copied is lost.
import { Button, VisuallyHidden, type ButtonProps } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { copyText } from "../lib/copyText";

interface Props extends ButtonProps {
  value: string;
  /** The copied thing, for screen readers: "Copy <what>". */
  what: string;
  onCopied?: () => void;
}

type State = "idle" | "copied" | "failed";

/** How the last attempt ended, and for which value: the state of another value is "idle". */
interface Attempt {
  value: string;
  state: State;
}

const labels: Record<State, string> = {
  idle: "Copy",
  copied: "Copied",
  failed: "Not copied: select and copy it by hand",
};

export function CopyButton({ value, what, onCopied, ...button }: Props) {
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const state = attempt?.value === value ? attempt.state : "idle";
  const copy = async () => {
    const isCopied = await copyText(value);
    setAttempt({ value, state: isCopied ? "copied" : "failed" });
    if (isCopied) onCopied?.();
  };

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
        onClick={() => void copy()}
      >
        {labels[state]}
      </Button>
      <VisuallyHidden role="status">{state === "idle" ? "" : labels[state]}</VisuallyHidden>
    </>
  );
}
