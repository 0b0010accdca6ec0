// Acts on the users that are selected: says before how many there are, and who.
import { Button, Group, List, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";
import { TagSelect } from "../../components/form/TagSelect";
import { plural } from "../../lib/format";
import { useMe } from "../../lib/session";

type User = Schema<"User">;

interface Props {
  selected: User[];
  onDone: () => void;
}

export function BulkUserActions({ selected, onDone }: Props) {
  // The dialog changes exactly the users that it shows, even if the list changes meanwhile.
  const [opened, setOpened] = useState<{ dialog: "tag" | "deactivate"; users: User[] }>();
  const close = () => setOpened(undefined);
  const done = () => {
    onDone();
    close();
  };
  const open = (dialog: "tag" | "deactivate") => () => setOpened({ dialog, users: selected });
  return (
    <Group gap="sm" mb="md">
      <Button variant="default" onClick={open("tag")}>
        Tag selected ({selected.length})
      </Button>
      <Button color="red" variant="outline" onClick={open("deactivate")}>
        Deactivate selected ({selected.length})
      </Button>
      {opened?.dialog === "tag" && (
        <BulkTagDialog selected={opened.users} onDone={done} onClose={close} />
      )}
      {opened?.dialog === "deactivate" && (
        <BulkDeactivateDialog selected={opened.users} onDone={done} onClose={close} />
      )}
    </Group>
  );
}

interface DialogProps extends Props {
  onClose: () => void;
}

const whose = (users: User[]) =>
  users.length === 1 ? (users[0]?.name ?? "") : plural(users.length, "user");

function Names({ users }: { users: User[] }) {
  return (
    <List size="sm">
      {users.map(({ id, name, email, active_tokens: tokens }) => (
        <List.Item key={id}>
          {name} ({email}), {plural(tokens, "active token")}
        </List.Item>
      ))}
    </List>
  );
}

function BulkDeactivateDialog({ selected, onDone, onClose }: DialogProps) {
  const me = useMe();
  const users = selected.filter(({ id, status }) => status === "active" && id !== me.id);
  const left = selected.length - users.length;
  const deactivate = useAction(
    () => unwrap(api.POST("/admin/users/deactivate", { body: { ids: users.map(({ id }) => id) } })),
    {
      refresh: [["admin"]],
      done: ({ changed }) => `${plural(changed, "user")} deactivated.`,
      onDone,
    },
  );
  if (users.length === 0) {
    return (
      <Dialog title="No user to deactivate" onClose={onClose}>
        <Text size="sm">Only active users can be deactivated. You cannot deactivate yourself.</Text>
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      opened
      title={`Deactivate ${whose(users)}?`}
      confirm={`Deactivate ${plural(users.length, "user")}`}
      pending={deactivate.isPending}
      onConfirm={() => deactivate.mutate()}
      onClose={onClose}
    >
      <Stack gap="sm">
        <div>
          They are signed out everywhere immediately and cannot sign in. Their access tokens and
          connections are revoked permanently.
        </div>
        <Names users={users} />
        {left > 0 && (
          <div>
            {plural(left, "selected user")} {left === 1 ? "is" : "are"} skipped: only active users
            other than yourself can be deactivated.
          </div>
        )}
      </Stack>
    </ConfirmDialog>
  );
}

function BulkTagDialog({ selected, onDone, onClose }: DialogProps) {
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const save = useAction(
    () =>
      unwrap(
        api.POST("/admin/users/tag", { body: { ids: selected.map(({ id }) => id), add, remove } }),
      ),
    {
      showsError: true,
      refresh: [["admin"], ["session"], ["connectors"]],
      done: ({ changed }) => `Tags of ${plural(changed, "user")} changed.`,
      onDone,
    },
  );
  return (
    <Dialog title={`Change tags of ${whose(selected)}`} onClose={onClose}>
      <Stack>
        <TagSelect
          label="Add"
          value={add}
          onChange={(tags) => {
            setAdd(tags);
            setRemove(remove.filter((tag) => !tags.includes(tag)));
          }}
          description="A connector with filter tags is available only to users who have at least one of them."
        />
        <TagSelect
          label="Remove"
          value={remove}
          onChange={(tags) => {
            setRemove(tags);
            setAdd(add.filter((tag) => !tags.includes(tag)));
          }}
        />
        <Names users={selected} />
        <ErrorAlert error={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={save.isPending}
            disabled={add.length === 0 && remove.length === 0}
            onClick={() => save.mutate()}
          >
            Change tags of {plural(selected.length, "user")}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
