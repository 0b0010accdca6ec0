import type { ReactNode } from "react";
import { TruncatedText } from "./table/TruncatedText";

interface Props {
  name: string;
  email: string;
  /** Beside the name. */
  children?: ReactNode;
}

/** A user in a table: two people may have one name, so the email is there too. */
export function UserCell({ name, email, children }: Props) {
  return (
    <>
      <TruncatedText fw={500}>{name}</TruncatedText>
      <TruncatedText size="xs" c="dimmed">
        {email}
      </TruncatedText>
      {children}
    </>
  );
}
