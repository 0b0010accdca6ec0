import { useState } from "react";
import { api, unwrap } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ActionForm } from "../../components/form/ActionForm";
import { TextField } from "../../components/form/TextField";
import { useShowLink } from "../../components/secrets/useShowLink";
import { UserFields, type UserValues } from "./UserFields";

interface Props {
  onClose: () => void;
}

export function InviteUserDialog({ onClose }: Props) {
  const showLink = useShowLink();
  const [email, setEmail] = useState("");
  const [values, setValues] = useState<UserValues>({
    name: "",
    role: "member",
    tags: [],
  });
  const invite = useAction(() => unwrap(api.POST("/admin/users", { body: { email, ...values } })), {
    showsError: true,
    refresh: [["admin"]],
    onDone: (created) => {
      onClose();
      if (created.invite) {
        showLink({ link: created.invite, title: `${values.name} is invited`, email });
      }
    },
  });
  return (
    <Dialog onClose={onClose} title="Invite user">
      <ActionForm action={invite} submit="Create link" place="dialog" onCancel={onClose}>
        <TextField
          label="Email"
          type="email"
          required
          data-autofocus
          value={email}
          onChange={setEmail}
        />
        <UserFields values={values} onChange={setValues} />
      </ActionForm>
    </Dialog>
  );
}
