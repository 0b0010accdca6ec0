import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import type { Schema } from "../api/client";
import { useBackLinkState } from "../lib/backLink";
import { useMe } from "../lib/session";

/** Whose something is; for admins with the way to the page of the user, unless that one is deleted. */
export function UserLink({ id, name, email }: Schema<"UserRef">) {
  const me = useMe();
  const state = useBackLinkState("Back");
  const text = email ? `${name} (${email})` : name;
  if (me.role !== "admin" || !email) return text;
  return (
    <Anchor component={Link} to={`/admin/users/${id}`} state={state} inherit>
      {text}
    </Anchor>
  );
}
