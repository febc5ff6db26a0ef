import type { Surroundings } from "../ids.ts";
import type { TenantImports } from "../imports.ts";
import type { Database } from "../store/sqlite/database.ts";

/** The parts of a tenant that its routes use. */
export interface TenantParts {
  readonly database: Database;
  readonly imports: TenantImports;
  readonly surroundings: Surroundings;
  /** who makes the request; in an embedded tenant, its owner */
  readonly actor: string;
}
