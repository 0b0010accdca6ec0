// The admin's pages, one bundle that members never fetch.
export { AccessTokensPage } from "./AccessTokensPage";
export { AdminConnectorPage } from "./AdminConnectorPage";
export { AdminConnectorsPage } from "./AdminConnectorsPage";
export { AdminHistoryPage } from "./AdminHistoryPage";
export { AllConnectionsPage } from "./AllConnectionsPage";
export { AppsPage } from "./AppsPage";
export { DashboardPage } from "./DashboardPage";
export { TagsPage } from "./TagsPage";
export { UsersPage } from "./UsersPage";
