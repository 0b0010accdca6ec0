import { Outlet } from "react-router";
import { useMe } from "../lib/session";
import { NotFoundPage } from "./NotFoundPage";

export function RequireAdmin() {
  // The server decides; this only spares a member pages full of refusals.
  return useMe().role === "admin" ? <Outlet /> : <NotFoundPage />;
}
