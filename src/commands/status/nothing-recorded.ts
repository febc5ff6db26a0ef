import { line } from "../../lib/advice/index.ts";
import type { Tenant } from "../../lib/client/index.ts";
import { needsRenewals } from "../../lib/derived/applicability.ts";
import { NOTHING_RECORDED } from "../../lib/renewals/sources.ts";
import type { DatedItem } from "../../lib/renewals/expiry-status.ts";

/** Returns nothing if the tenant said what it uses, because each missing kind is then a finding of its own. */
export const findNothingRecorded = ({ profile }: Pick<Tenant, "profile">, items: readonly DatedItem[]) =>
  items.length === 0 && needsRenewals(profile) === null
    ? ([["none", "warning", NOTHING_RECORDED, line("renewals add", ["FOLDER"])]] as const)
    : [];
