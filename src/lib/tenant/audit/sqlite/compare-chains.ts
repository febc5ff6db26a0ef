import type { CopyRelation } from "../../../model/tenant-file.ts";
import type { Database } from "../../store/sqlite/database.ts";

/** Actions that write no data, or only data that bundles do not contain. */
const UNBUNDLED_ACTIONS = `handover.export handover.receive users.export secured.export access-tokens.create
  access-tokens.revoke sessions.create sessions.end accounts.reset-password accounts.send-code accounts.void-code
  ade.keypair`.split(/\s+/);

const IS_BUNDLED_ACTION_SQL = `not (coalesce(record ->> 'action', '') in (${UNBUNDLED_ACTIONS.map((action) => `'${action}'`).join(", ")}))`;

export const compareAuditChains = (database: Database): CopyRelation => {
  if (database.count("select count(*) from main.audit") + database.count("select count(*) from main.change") === 0)
    return { kind: "empty" };
  const common = database.get(
    `select l.seq, l.record ->> 'at' as at from main.audit l join received.audit r on r.seq = l.seq and r.hash = l.hash
     order by l.seq desc limit 1`,
  );
  if (common === undefined) return { kind: "other" };
  const seq = Number(common["seq"]);
  const countOwn = (schema: string): number =>
    database.count(`select count(*) from ${schema}.audit where seq > ${seq} and ${IS_BUNDLED_ACTION_SQL}`);
  const [local, received] = [countOwn("main"), countOwn("received")];
  if (received === 0) return { kind: local === 0 ? "same" : "older" };
  return local === 0 ? { kind: "forward", changes: received, since: String(common["at"]) } : { kind: "other" };
};
