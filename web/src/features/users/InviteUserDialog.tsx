import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";
import { TagSelect } from "../../components/fields/TagSelect";
import { useShowLink } from "../../components/secrets/useShowLink";

interface Props {
  onClose: () => void;
}

export function InviteUserDialog({ onClose }: Props) {
  const showLink = useShowLink();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<"admin" | "member">("member");
  const [tags, setTags] = useState<string[]>([]);
  const invite = useAction(
    () => unwrap(api.POST("/admin/users", { body: { email, name, role, tags } })),
    {
      showsError: true,
      refresh: [["admin"]],
      onDone: (created) => {
        onClose();
        if (created.invite) {
          showLink({ link: created.invite, title: `${name} is invited`, email });
        }
      },
    },
  );
  return (
    <Dialog onClose={onClose} title="Invite user">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Email"
            type="email"
            required
            data-autofocus
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <TextInput
            label="Name"
            required
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label="Role"
            data={["member", "admin"]}
            value={role}
            onChange={(value) => setRole(value === "admin" ? "admin" : "member")}
            allowDeselect={false}
          />
          <TagSelect value={tags} onChange={setTags} />
          <ErrorAlert error={invite.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={invite.isPending}>
              Create link
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
