// The way back from a page that several lists lead to. A link says where it stands, in the state of the history entry, so
// that a reload and the browser's own buttons keep it.
import { useLocation } from "react-router";

export interface Place {
  to: string;
  label: string;
}

/** For the `state` of links on this page: `label` names the page, with its filters as they are. */
export function useBackLinkState(label: string) {
  const { pathname, search } = useLocation();
  return { back: { to: pathname + search, label } };
}

/** Where the link stood that led here; else `otherwise`. */
export function useBackLink(otherwise: Place): Place {
  const { state } = useLocation() as { state: { back?: Place } | null };
  return state?.back ?? otherwise;
}
