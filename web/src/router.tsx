// Every route of the app. Each page is fetched when it is first opened. The server reads routes.json, to answer other
// addresses with 404; here the compiler compares the two.
import { createBrowserRouter } from "react-router";
import { PageLoader } from "./components/layout/PageLoader";
import routes from "./routes.json";
import { AppLayout } from "./shell/AppLayout";
import { CrashPage, FailedPage } from "./shell/CrashPage";
import { NotFoundPage } from "./shell/NotFoundPage";
import { RequireAdmin } from "./shell/RequireAdmin";
import { RequireSession } from "./shell/RequireSession";

/** A path of routes.json, which also says which role may open it. */
type RoutePath = keyof typeof routes;
type PageModule<Name extends string> = Record<Name, React.ComponentType>;

/** `load` fetches the module that exports the page as `name`. */
function page<Path extends RoutePath, Name extends string>(
  path: Path,
  name: Name,
  load: () => Promise<PageModule<Name>>,
) {
  return { path, lazy: async () => ({ Component: (await load())[name] }) };
}

const entryPages = [
  page("/setup", "SetupPage", () => import("./features/sign-in/SetupPage")),
  page("/sign-in", "SignInPage", () => import("./features/sign-in/SignInPage")),
  page("/invite", "InvitePage", () => import("./features/sign-in/InvitePage")),
];

const decisionPages = [
  page("/oauth/consent", "ConsentPage", () => import("./features/apps/ConsentPage")),
  page("/device", "DevicePage", () => import("./features/apps/DevicePage")),
];

const memberPages = [
  page("/", "ConnectorsPage", () => import("./features/connectors/ConnectorsPage")),
  page("/connectors/:id", "ConnectorPage", () => import("./features/connectors/ConnectorPage")),
  page(
    "/connectors/:id/connect",
    "ConnectAccountPage",
    () => import("./features/connectors/ConnectAccountPage"),
  ),
  page("/connect", "ConnectFailedPage", () => import("./features/connectors/ConnectAccountPage")),
  page("/history", "HistoryPage", () => import("./features/history/HistoryPage")),
  page("/runs/:id", "RunPage", () => import("./features/history/RunPage")),
  page("/profile", "ProfilePage", () => import("./features/profile/ProfilePage")),
  page("/profile/tokens", "TokensPage", () => import("./features/tokens/TokensPage")),
  page("/profile/tokens/:id", "TokenPage", () => import("./features/tokens/TokenPage")),
  page("/profile/connections", "ConnectionsPage", () => import("./features/apps/ConnectionsPage")),
  page(
    "/profile/connections/:id",
    "ConnectionPage",
    () => import("./features/apps/ConnectionPage"),
  ),
  page("/profile/mcp", "ConnectClientPage", () => import("./features/clients/ConnectClientPage")),
];

const adminPages = [
  page("/admin/connections/:id", "ConnectionPage", () => import("./features/apps/ConnectionPage")),
  page("/admin/access-tokens/:id", "TokenPage", () => import("./features/tokens/TokenPage")),
  page("/admin", "DashboardPage", () => import("./features/usage/DashboardPage")),
  page("/admin/users", "UsersPage", () => import("./features/users/UsersPage")),
  page("/admin/users/:id", "UserPage", () => import("./features/users/UserPage")),
  page("/admin/tags", "TagsPage", () => import("./features/tags/TagsPage")),
  page(
    "/admin/connectors",
    "AdminConnectorsPage",
    () => import("./features/connectors/AdminConnectorsPage"),
  ),
  page(
    "/admin/connectors/:id",
    "AdminConnectorPage",
    () => import("./features/connectors/AdminConnectorPage"),
  ),
  page(
    "/admin/access-tokens",
    "AccessTokensPage",
    () => import("./features/tokens/AccessTokensPage"),
  ),
  page(
    "/admin/connections",
    "AllConnectionsPage",
    () => import("./features/apps/AllConnectionsPage"),
  ),
  page("/admin/apps", "AppsPage", () => import("./features/apps/AppsPage")),
  page("/admin/history", "AdminHistoryPage", () => import("./features/history/AdminHistoryPage")),
  page("/admin/settings", "SettingsPage", () => import("./features/settings/SettingsPage")),
];

type Page =
  | (typeof entryPages)[number]
  | (typeof decisionPages)[number]
  | (typeof memberPages)[number]
  | (typeof adminPages)[number];
// An error here names the path of routes.json that has no page.
({}) satisfies Record<Exclude<RoutePath, Page["path"]>, never>;

export const router = createBrowserRouter([
  {
    ErrorBoundary: CrashPage,
    HydrateFallback: PageLoader,
    children: [
      ...entryPages,
      {
        Component: RequireSession,
        children: [
          ...decisionPages,
          {
            Component: AppLayout,
            children: [
              {
                // The navigation stays visible when a page fails.
                ErrorBoundary: FailedPage,
                children: [
                  ...memberPages,
                  { Component: RequireAdmin, children: adminPages },
                  { path: "*", Component: NotFoundPage },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
]);
