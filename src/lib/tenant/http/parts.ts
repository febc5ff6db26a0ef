import type { Surroundings } from "../ids.ts";
import type { TenantImports } from "../imports.ts";
import type { Database } from "../store/sqlite/database.ts";

/** What the routes of a tenant work on. */
export interface TenantParts {
  readonly database: Database;
  readonly imports: TenantImports;
  readonly surroundings: Surroundings;
  /** who asks; in an embedded tenant its owner */
  readonly actor: string;
}
