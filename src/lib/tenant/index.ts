import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "./http/app.ts";
import { instant, type Surroundings } from "./ids.ts";
import { TenantImports } from "./imports.ts";
import { Database } from "./store/sqlite/database.ts";
import { defineFunctions } from "./store/sqlite/imports/functions.ts";
import { migrate } from "./store/sqlite/migrations.ts";

/** A tenant that is open: `fetch` answers the tenant API. */
export interface OpenTenant {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Waits for what is under way and lets go of the files. */
  readonly close: () => Promise<void>;
}

/** Where an embedded tenant lies and who it takes its user for. */
export interface TenantOptions {
  /** all of the tenant lies in this folder; it is made where it is missing */
  readonly folder: string;
  /** shown in every plan and question */
  readonly name: string;
  readonly actor: string;
  readonly surroundings: Surroundings;
}

/**
 * Opens the SQLite tenant in a folder, made or brought to the newest shape first.
 *
 * @throws Failure `locked` when another process holds the tenant's write lock
 */
export const openTenant = ({ folder, name, actor, surroundings }: TenantOptions): OpenTenant => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "tenant.db");
  const database = new Database(path);
  migrate(database, { name, now: instant(surroundings) }, (version) => copyFileSync(path, `${path}.before-${version}`));
  defineFunctions(database, () => false);
  const imports = new TenantImports(database, { folder, tenant: path, surroundings });
  imports.sweep();
  const app = createApp({ database, imports, surroundings, actor });
  return {
    fetch: async (request) => app.fetch(request),
    async close() {
      await imports.close();
      database.close();
    },
  };
};
