// Every route of the app. Each page is fetched when it is first opened. The server reads routes.json, to answer other
// addresses with 404; here the compiler compares the two.
import { createBrowserRouter } from "react-router";
import { AppLayout } from "./components/layout/AppLayout";
import { RequireAdmin } from "./components/layout/RequireAdmin";
import { RequireSession } from "./components/layout/RequireSession";
import { PageLoader } from "./components/PageLoader";
import { CrashPage, FailedPage } from "./pages/CrashPage";
import { NotFoundPage } from "./pages/NotFoundPage";
import routes from "./routes.json";

/** Of routes.json, which also says who may open it. */
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
  page("/setup", "SetupPage", () => import("./pages/SetupPage")),
  page("/sign-in", "SignInPage", () => import("./pages/SignInPage")),
  page("/invite", "InvitePage", () => import("./pages/InvitePage")),
];

const decisionPages = [
  page("/oauth/consent", "ConsentPage", () => import("./pages/consent/ConsentPage")),
  page("/device", "DevicePage", () => import("./pages/DevicePage")),
];

const memberPages = [
  page("/", "ConnectorsPage", () => import("./pages/connectors/ConnectorsPage")),
  page("/connectors/:id", "ConnectorPage", () => import("./pages/connectors/ConnectorPage")),
  page(
    "/connectors/:id/connect",
    "ConnectAccountPage",
    () => import("./pages/connectors/ConnectAccountPage"),
  ),
  page("/connect", "ConnectFailedPage", () => import("./pages/connectors/ConnectAccountPage")),
  page("/history", "HistoryPage", () => import("./pages/HistoryPage")),
  page("/runs/:id", "RunPage", () => import("./pages/RunPage")),
  page("/profile", "ProfilePage", () => import("./pages/profile/ProfilePage")),
  page("/profile/tokens", "TokensPage", () => import("./pages/profile/TokensPage")),
  page("/profile/tokens/:id", "TokenPage", () => import("./pages/profile/TokenPage")),
  page("/profile/connections", "ConnectionsPage", () => import("./pages/profile/ConnectionsPage")),
  page(
    "/profile/connections/:id",
    "ConnectionPage",
    () => import("./pages/profile/ConnectionPage"),
  ),
  page("/profile/mcp", "McpPage", () => import("./pages/profile/McpPage")),
];

const adminPages = [
  page("/admin/connections/:id", "ConnectionPage", () => import("./pages/profile/ConnectionPage")),
  page("/admin/access-tokens/:id", "TokenPage", () => import("./pages/profile/TokenPage")),
  page("/admin", "DashboardPage", () => import("./pages/admin/DashboardPage")),
  page("/admin/users", "UsersPage", () => import("./pages/admin/UsersPage")),
  page("/admin/users/:id", "UserPage", () => import("./pages/admin/UserPage")),
  page("/admin/tags", "TagsPage", () => import("./pages/admin/TagsPage")),
  page(
    "/admin/connectors",
    "AdminConnectorsPage",
    () => import("./pages/admin/AdminConnectorsPage"),
  ),
  page(
    "/admin/connectors/:id",
    "AdminConnectorPage",
    () => import("./pages/admin/AdminConnectorPage"),
  ),
  page("/admin/access-tokens", "AccessTokensPage", () => import("./pages/admin/AccessTokensPage")),
  page(
    "/admin/connections",
    "AllConnectionsPage",
    () => import("./pages/admin/AllConnectionsPage"),
  ),
  page("/admin/apps", "AppsPage", () => import("./pages/admin/AppsPage")),
  page("/admin/history", "AdminHistoryPage", () => import("./pages/admin/AdminHistoryPage")),
  page("/admin/settings", "SettingsPage", () => import("./pages/admin/SettingsPage")),
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
                // The navigation stays beside a page that failed.
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
