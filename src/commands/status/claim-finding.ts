import { createHash } from "node:crypto";
import { ignoreFailure } from "../../lib/errors/index.ts";
import { FINDING_STAGE } from "../../lib/nouns/renewal.ts";
import type { Finding } from "../../lib/renewals/finding.ts";
import type { RecipientId } from "../../lib/renewals/notify/recipients.ts";
import type { Tools } from "../tools.ts";
import type { TenantFindings } from "./findings.ts";

/** Records in the tenant whether the recipient got the finding. */
export type SettleFinding = (error: string | null) => Promise<unknown>;

const KEPT_IN_HOME: SettleFinding = () => Promise.resolve();

const toId = (finding: string): string => {
  const digits = createHash("sha256").update(finding).digest("hex");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
};

/**
 * Reserves a finding of today in its tenant, so that of several computers only one tells it. Returns undefined if another
 * one does. If the tenant cannot be written, only the home records what was told.
 */
export async function claimFinding(
  tools: Tools,
  all: readonly TenantFindings[],
  { id, context }: Finding,
  to: RecipientId,
): Promise<SettleFinding | undefined> {
  // a line about several tenants is recorded in the first of them
  const name = context?.split(" ")[0];
  const place = all.find((one) => one.isReadable && one.context.name === name)?.context;
  if (place === undefined) return KEPT_IN_HOME;
  const { client } = await tools.tenantOf(place, "renewals");
  const expiresAt = `${tools.clock.now().toISOString().slice(0, 10)}T00:00:00.000Z`;
  const key = { itemId: toId(id), expiresAt, stage: FINDING_STAGE, ...to };
  const claim = await ignoreFailure(() => client.renewals.claimNotice(key));
  if (claim === undefined) return KEPT_IN_HOME;
  if (!claim.claimed) return undefined;
  return (error) =>
    ignoreFailure(() =>
      client.renewals.settleNotice(claim.notice.id, { state: error === null ? "sent" : "failed", error }),
    );
}
