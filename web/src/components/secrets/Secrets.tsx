// Secrets that are shown once: new tokens, links, secrets of apps. They stay above every page until their own
// button closes them, so neither an answer that comes late nor a click on another page loses one.
import { createContext, Fragment, useContext, useMemo, useState, type ReactNode } from "react";

interface Secrets {
  /** Shows it in place of an earlier one with the same id. `render` gets what closes it. */
  show: (id: string, render: (close: () => void) => ReactNode) => void;
  /** It is worth nothing any more. */
  forget: (id: string) => void;
}

const SecretsContext = createContext<Secrets | null>(null);

export function useSecrets(): Secrets {
  const secrets = useContext(SecretsContext);
  if (!secrets) throw new Error("useSecrets is used outside SecretsProvider");
  return secrets;
}

export function SecretsProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<ReadonlyMap<string, ReactNode>>(new Map());
  const secrets = useMemo<Secrets>(() => {
    const forget = (id: string) =>
      setShown((before) => new Map([...before].filter(([other]) => other !== id)));
    return {
      forget,
      show: (id, render) =>
        setShown((before) =>
          new Map(before).set(
            id,
            render(() => forget(id)),
          ),
        ),
    };
  }, []);
  return (
    <SecretsContext value={secrets}>
      {[...shown].map(([id, node]) => (
        <Fragment key={id}>{node}</Fragment>
      ))}
      {children}
    </SecretsContext>
  );
}
