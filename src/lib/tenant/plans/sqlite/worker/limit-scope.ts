import { buildScopeView } from "../../../store/scope.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { applyView, refreshViewOrgs } from "../../../store/sqlite/store.ts";
import type { Scope } from "../../../store/store.ts";

export const limitToScope = (database: Database, scope: Scope | undefined): void => {
  const view = scope && buildScopeView(scope);
  applyView(database, view);
  refreshViewOrgs(database, view);
};
