// Every route of the app. The admin's pages are fetched when an admin first opens one.
import { createBrowserRouter, type RouteObject } from "react-router";
import { AppLayout } from "./components/layout/AppLayout";
import { RequireAdmin } from "./components/layout/RequireAdmin";
import { RequireSession } from "./components/layout/RequireSession";
import { PageLoader } from "./components/PageLoader";
import { ConnectAccountPage, ConnectFailedPage } from "./pages/connectors/ConnectAccountPage";
import { ConnectorPage } from "./pages/connectors/ConnectorPage";
import { ConnectorsPage } from "./pages/connectors/ConnectorsPage";
import { ConsentPage } from "./pages/ConsentPage";
import { CrashPage } from "./pages/CrashPage";
import { DevicePage } from "./pages/DevicePage";
import { HistoryPage } from "./pages/HistoryPage";
import { InvitePage } from "./pages/InvitePage";
import { NotFoundPage } from "./pages/NotFoundPage";
import { ConnectionPage } from "./pages/profile/ConnectionPage";
import { ConnectionsPage } from "./pages/profile/ConnectionsPage";
import { McpPage } from "./pages/profile/McpPage";
import { ProfilePage } from "./pages/profile/ProfilePage";
import { TokenPage } from "./pages/profile/TokenPage";
import { TokensPage } from "./pages/profile/TokensPage";
import { SetupPage } from "./pages/SetupPage";
import { SignInPage } from "./pages/SignInPage";

const adminPages = () => import("./pages/admin");

type AdminPage = keyof Awaited<ReturnType<typeof adminPages>>;

const adminRoute = (path: string, page: AdminPage): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await adminPages())[page] }),
});

export const router = createBrowserRouter([
  {
    ErrorBoundary: CrashPage,
    HydrateFallback: PageLoader,
    children: [
      { path: "/setup", Component: SetupPage },
      { path: "/sign-in", Component: SignInPage },
      { path: "/invite", Component: InvitePage },
      {
        Component: RequireSession,
        children: [
          { path: "/oauth/consent", Component: ConsentPage },
          { path: "/device", Component: DevicePage },
          {
            Component: AppLayout,
            children: [
              { path: "/", Component: ConnectorsPage },
              { path: "/connectors/:id", Component: ConnectorPage },
              { path: "/connectors/:id/connect", Component: ConnectAccountPage },
              { path: "/connect", Component: ConnectFailedPage },
              { path: "/history", Component: HistoryPage },
              { path: "/profile", Component: ProfilePage },
              { path: "/profile/tokens", Component: TokensPage },
              { path: "/profile/tokens/:id", Component: TokenPage },
              { path: "/profile/connections", Component: ConnectionsPage },
              { path: "/profile/connections/:id", Component: ConnectionPage },
              { path: "/profile/mcp", Component: McpPage },
              {
                Component: RequireAdmin,
                children: [
                  adminRoute("/admin", "DashboardPage"),
                  adminRoute("/admin/users", "UsersPage"),
                  adminRoute("/admin/tags", "TagsPage"),
                  adminRoute("/admin/connectors", "AdminConnectorsPage"),
                  adminRoute("/admin/connectors/:id", "AdminConnectorPage"),
                  adminRoute("/admin/access-tokens", "AccessTokensPage"),
                  adminRoute("/admin/connections", "AllConnectionsPage"),
                  adminRoute("/admin/apps", "AppsPage"),
                  adminRoute("/admin/history", "AdminHistoryPage"),
                ],
              },
              { path: "*", Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  },
]);
