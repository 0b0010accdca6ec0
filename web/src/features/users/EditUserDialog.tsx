import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { Dialog } from "../../components/Dialog";
import { ActionForm } from "../../components/form/ActionForm";
import { UserFields, type UserValues } from "./UserFields";

interface Props {
  user: Schema<"User">;
  onClose: () => void;
}

export function EditUserDialog({ user, onClose }: Props) {
  const [values, setValues] = useState<UserValues>({
    name: user.name,
    role: user.role === "admin" ? "admin" : "member",
    tags: user.tags.map((tag) => tag.id),
  });
  const hasFixedRole = user.role === "service";
  const save = useAction(
    () => {
      const { name, tags } = values;
      const body = hasFixedRole ? { name, tags } : values;
      return unwrap(api.PATCH("/admin/users/{id}", { params: { path: { id: user.id } }, body }));
    },
    {
      showsError: true,
      refresh: [["admin"], ["session"], ["connectors"]],
      done: `${values.name} is saved.`,
      onDone: onClose,
    },
  );
  return (
    <Dialog onClose={onClose} title={`Edit ${user.name}`}>
      <ActionForm action={save} submit="Save" place="dialog" onCancel={onClose}>
        <UserFields values={values} onChange={setValues} hasFixedRole={hasFixedRole} autoFocus />
      </ActionForm>
    </Dialog>
  );
}
