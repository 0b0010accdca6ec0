import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";
import { TagSelect } from "../../components/fields/TagSelect";

interface Props {
  user: Schema<"User">;
  onClose: () => void;
}

export function EditUserDialog({ user, onClose }: Props) {
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState(user.role);
  const [tags, setTags] = useState(user.tags.map((tag) => tag.id));
  const save = useAction(
    () =>
      unwrap(
        api.PATCH("/admin/users/{id}", {
          params: { path: { id: user.id } },
          // A service user's role is not one that can be chosen.
          body: { name, tags, ...(role === "service" ? {} : { role }) },
        }),
      ),
    {
      showsError: true,
      refresh: [["admin"], ["session"], ["connectors"]],
      done: `${name} is saved.`,
      onDone: onClose,
    },
  );
  return (
    <Dialog onClose={onClose} title={`Edit ${user.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            autoComplete="off"
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {user.role !== "service" && (
            <Select
              label="Role"
              data={["member", "admin"]}
              value={role}
              onChange={(value) => setRole(value === "admin" ? "admin" : "member")}
              allowDeselect={false}
            />
          )}
          <TagSelect
            value={tags}
            onChange={setTags}
            description="A connector with a filter tag is open only to users who carry that tag."
          />
          <ErrorAlert error={save.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
