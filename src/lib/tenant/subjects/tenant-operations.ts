import { PANEL_KINDS, TYPES_BY_FORMAT, type PanelKind } from "../../nouns/index.ts";
import { CONTRACT, TENANT } from "../../nouns/tenant.ts";
import { readOpenTasks } from "../ledger/tasks.ts";
import { operation } from "./operation.ts";
import { getPermittedReach } from "../ledger/check-rights.ts";
import { readTenant } from "../ledger/tenant-rows.ts";
import { readLatestRevision } from "../ledger/rows.ts";
import type { Reader } from "../store/types.ts";

const countRecords = async (reader: Reader): Promise<Readonly<Record<PanelKind, number>>> => {
  const counts = await Array.fromAsync(PANEL_KINDS, async (kind) => {
    // 全社 always exists and is not counted
    const which = kind === "orgs" ? " where parent is not null" : "";
    return [kind, await reader.count(`select count(*) from ${TYPES_BY_FORMAT[kind].name}${which}`)] as const;
  });
  return Object.fromEntries(counts) as Record<PanelKind, number>;
};

export const tenant = {
  show: operation({
    route: "GET /v1/tenant",
    about: "Get the tenant and its size; the number of system administrators only if the caller may see all accounts",
    input: ({ z, queryFlag }) => z.strictObject({ administration: queryFlag }),
    // every command sends this request; contact persons require further rights
    needs: [],
    run: async ({ session }, { administration }) => {
      const canSeeAll = administration === true && getPermittedReach(session.actor, "accounts.read") === "all";
      return session.read(async (reader) => ({
        ...(await countRecords(reader)),
        ...(await readTenant(reader)),
        consoleTasks: (await readOpenTasks(reader)).size,
        ...(canSeeAll && {
          systemAdministrators: await reader.count("select count(*) from main.account where role = 'system'"),
        }),
      }));
    },
  }),
  revision: operation({
    route: "GET /v1/tenant/revision",
    about: "Get the tenant's revision, which is different after every change",
    needs: [],
    run: ({ session }) => session.read(async (reader) => ({ revision: await readLatestRevision(reader) })),
  }),
  set: operation({
    route: "PATCH /v1/tenant",
    about: "Record facts about the tenant; a missing field stays, and null clears it",
    input: ({ z, buildFieldSchemas, DryRun }) => {
      const { name, ...ofContract } = buildFieldSchemas(CONTRACT);
      return z.strictObject({
        ...z.object(buildFieldSchemas(TENANT.fields)).partial().shape,
        contracts: z.array(z.strictObject({ name, ...z.object(ofContract).partial().shape })).optional(),
        contractsRemoved: z.array(z.string().min(1)).optional(),
        dryRun: DryRun,
      });
    },
    needs: ["tenant.write"],
    run: async ({ session }, change) => (await import("./tenant.ts")).updateTenantProfile(session, change),
  }),
};

export type { TenantChange } from "./tenant.ts";
export type { Tenant } from "../ledger/tenant-rows.ts";
