import { ignoreFailure } from "../../lib/errors/index.ts";
import { FINDING_STAGE } from "../../lib/nouns/renewal.ts";
import type { Finding } from "../../lib/renewals/finding.ts";
import type { RecipientId } from "../../lib/renewals/notify/send.ts";
import { createStableId } from "../../lib/renewals/stages.ts";
import type { Tools } from "../kit/tools.ts";
import type { TenantFindings } from "./findings.ts";

/** Records in the tenant whether the recipient got the finding. */
export type SettleFinding = (error: string | null) => Promise<unknown>;

const KEPT_IN_HOME: SettleFinding = () => Promise.resolve();

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
  const key = { itemId: createStableId(id), expiresAt, stage: FINDING_STAGE, ...to };
  const claim = await ignoreFailure(() => client.renewals.claimNotice(key));
  if (claim === undefined) return KEPT_IN_HOME;
  if (!claim.claimed) return undefined;
  return (error) =>
    ignoreFailure(() =>
      client.renewals.settleNotice(claim.notice.id, { state: error === null ? "sent" : "failed", error }),
    );
}
