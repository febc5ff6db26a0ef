import type { VppLocationRecord, VppTokenRecord } from "../../../lib/client/index.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { requireAppleAccess } from "../../ade/fence.ts";
import { defineCommand } from "../../command.ts";
import { listColumns } from "../../listing/list.ts";
import { findOrg } from "../../orgs/find-org.ts";
import type { Tools } from "../../tools.ts";
import { describeFirstToken, VPP_TOKEN_PURPOSE, VPP_LOCATION_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text(
    "ask Apple for the location of each content token, and which MDM uses it",
    "VPP サービストークンの場所と、使用中の MDM を Apple に確認する",
  ),
  details: [
    VPP_TOKEN_PURPOSE,
    text(
      "Only reads: changes nothing at Apple or in the tenant. Warns if another MDM uses the location, or if Apple's expiry date differs from the recorded date. If Apple rejects a token, the exit code is 4.",
      "読み取りだけで、Apple 側もテナントも変更しません。別の MDM がその場所を使用中の場合と、Apple の示す期限が登録した期限と異なる場合に知らせます。Apple が受け付けないトークンがあれば、終了コードは 4 です。",
    ),
  ],
  args: {},
  options: {
    org: {
      kind: "string",
      value: "ORG",
      about: text("check only the token of this organisation", "この組織のトークンだけを確認する"),
    },
  },
  examples: [{ line: "clomoctl vpp tokens verify" }, { line: "clomoctl vpp tokens verify --org 全社" }],
  exits: ["input-rejected", "not-permitted", "not-found", "unavailable"],
  async run(tools, { org }) {
    const { terminal } = tools;
    if (org !== undefined) await requireAppleAccess(tools, CONSOLE_STEPS.vpp);
    const wanted = org === undefined ? undefined : (await findOrg(tools, org)).id;
    const { client } = await tools.tenant("vpp", "ade");
    const tokens = await client.vpp.tokens();
    if (wanted !== undefined && !tokens.some(({ orgId }) => orgId === wanted)) {
      // let the tenant report that the organisation does not have a token
      await client.vpp.check(wanted, {});
    }
    const asked = tokens.filter(({ orgId }) => wanted === undefined || orgId === wanted);
    const told: VppLocationRecord[] = [];
    const failed: { readonly token: VppTokenRecord; readonly failure: Failure }[] = [];
    for (const token of asked) {
      try {
        told.push(await client.vpp.check(token.orgId, {}));
      } catch (error) {
        if (!(error instanceof Failure) || error.code === "interrupted" || asked.length === 1) throw error;
        failed.push({ token, failure: error });
      }
    }
    await terminal.list(listColumns(terminal, VPP_LOCATION_COLUMNS, DEFAULT_LOCATION_COLUMNS), told);
    if (asked.length === 0) for (const line of describeFirstToken(await client.ade.show())) await terminal.note(line);
    for (const location of told) await warnAboutLocation(tools, location, asked);
    return reportFailedChecks(tools, failed);
  },
});

const DEFAULT_LOCATION_COLUMNS = ["org", "locationName", "expiresAt", "heldBy"];

async function warnAboutLocation(
  { terminal }: Tools,
  { orgId, org, locationName, expiresAt, heldBy }: VppLocationRecord,
  tokens: readonly VppTokenRecord[],
): Promise<void> {
  if (heldBy !== null) {
    await terminal.warn(
      text(
        `${org}: the location ${locationName} is used by another MDM: ${heldBy}`,
        `「${org}」: 場所「${locationName}」は別の MDM が使用中です: ${heldBy}`,
      ),
    );
  }
  const recorded = tokens.find((token) => token.orgId === orgId)?.expiresAt;
  if (recorded === undefined || Date.parse(recorded) === Date.parse(expiresAt)) return;
  const [is, was] = [terminal.moment(expiresAt), terminal.moment(recorded)];
  await terminal.warn(
    text(
      `${org}: the expiry date at Apple is ${is}, but the recorded date is ${was}`,
      `「${org}」: Apple の示す期限は ${was} ではなく ${is} です`,
    ),
  );
}

/** Reports the tokens that could not be checked.  @returns the error code of the first failure, if any */
async function reportFailedChecks(
  { terminal }: Tools,
  failed: readonly { readonly token: VppTokenRecord; readonly failure: Failure }[],
): Promise<ErrorCode | undefined> {
  for (const { token, failure } of failed) {
    const { what, hint } = failure;
    await terminal.problem(
      text(
        `${token.org}: ${what.en}${hint === undefined ? "" : `; ${hint.en}`}`,
        `「${token.org}」: ${what.ja}${hint === undefined ? "" : `。${hint.ja}`}`,
      ),
    );
  }
  return failed[0]?.failure.code;
}
