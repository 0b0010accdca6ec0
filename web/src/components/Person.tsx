import type { ReactNode } from "react";
import { Cut } from "./table/Cut";

interface Props {
  name: string;
  email: string;
  /** Beside the name. */
  children?: ReactNode;
}

/** A user in a table: two people may have one name, so the email is there too. */
export function Person({ name, email, children }: Props) {
  return (
    <>
      <Cut fw={500}>{name}</Cut>
      <Cut size="xs" c="dimmed">
        {email}
      </Cut>
      {children}
    </>
  );
}
