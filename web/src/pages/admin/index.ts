// The admin's pages, one bundle that members never fetch.
export { AccessTokensPage } from "./AccessTokensPage";
export { AdminConnectorPage } from "./AdminConnectorPage";
export { AdminConnectorsPage } from "./AdminConnectorsPage";
export { AdminHistoryPage } from "./AdminHistoryPage";
export { DashboardPage } from "./DashboardPage";
export { TagsPage } from "./TagsPage";
export { UsersPage } from "./UsersPage";
export { AllConnectionsPage } from "../profile/ConnectionsPage";
