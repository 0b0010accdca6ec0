// A form that runs one action. The error of the action is shown above the buttons.
import { Button, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorAlert } from "../ErrorAlert";

interface Props {
  /** The result of useAction(). */
  action: { mutate: () => void; isPending: boolean; error: Error | null };
  /** The text of the button that submits the form. */
  submit: string;
  /** In dialogs the buttons are at the right, in panels at the left; in pages of one form the button fills the width. */
  place: "dialog" | "panel" | "page";
  onCancel?: () => void;
  /** The text of the button that cancels. */
  cancel?: string;
  isDisabled?: boolean;
  isDestructive?: boolean;
  /** Shown while the action itself has no error. */
  earlierError?: Error | null;
  /** Buttons after the one that submits. */
  more?: ReactNode;
  maxWidth?: number;
  children: ReactNode;
}

export function ActionForm(props: Props) {
  const { action, submit, place, onCancel, isDisabled, isDestructive, earlierError = null } = props;
  const { cancel = "Cancel", more, maxWidth, children } = props;
  const submitButton = (
    <Button
      type="submit"
      color={isDestructive ? "red" : undefined}
      disabled={isDisabled}
      loading={action.isPending}
    >
      {submit}
    </Button>
  );
  const cancelButton = onCancel && (
    <Button variant="default" onClick={onCancel}>
      {cancel}
    </Button>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        action.mutate();
      }}
    >
      <Stack maw={maxWidth}>
        {children}
        <ErrorAlert error={action.error ?? (action.isPending ? null : earlierError)} />
        {place === "dialog" && (
          <Group justify="flex-end">
            {cancelButton}
            {submitButton}
          </Group>
        )}
        {place === "panel" && (
          <Group>
            {submitButton}
            {cancelButton}
            {more}
          </Group>
        )}
        {place === "page" && (
          <>
            {submitButton}
            {more}
          </>
        )}
      </Stack>
    </form>
  );
}
