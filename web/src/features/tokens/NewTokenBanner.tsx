// A new token, once, with what to paste into the client it is for.
import { useQuery } from "@tanstack/react-query";
import type { Schema } from "../../api/client";
import { instanceQuery } from "../../api/queries";
import { SecretBanner } from "../../components/secrets/SecretBanner";
import { describeScope, isWhole } from "../../lib/scope";
import { ClientSnippet } from "../clients/ClientSnippet";

interface Props {
  minted: Schema<"MintedToken">;
  onClose: () => void;
}

export function NewTokenBanner({ minted, onClose }: Props) {
  const instance = useQuery(instanceQuery);
  return (
    <SecretBanner
      title={`Token “${minted.token.name}” created`}
      description={
        <>
          Copy the token now: it <strong>won't be shown again</strong>. Anyone who has it can call{" "}
          {isWhole(minted.token.scope)
            ? "everything that you can call"
            : `the operations in its scope (${describeScope(minted.token.scope)})`}{" "}
          .
        </>
      }
      values={[{ what: "token", value: minted.plaintext, testId: "plaintext-token" }]}
      closeLabel="Hide the new token"
      onClose={onClose}
    >
      {instance.data && <ClientSnippet url={instance.data.mcp_url} token={minted.plaintext} />}
    </SecretBanner>
  );
}
