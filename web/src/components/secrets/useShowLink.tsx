import { OneTimeLink, type LinkFor } from "./OneTimeLink";
import { useSecrets } from "./Secrets";

/** Shows an invitation or reset link until its own button closes it. */
export function useShowLink() {
  const secrets = useSecrets();
  return (shown: LinkFor) =>
    secrets.show(shown.link.url, (close) => <OneTimeLink shown={shown} onClose={close} />);
}
