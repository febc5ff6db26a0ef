import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { buildMdmAddress, type TenantProfile } from "../../lib/model/tenant.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Tools } from "../tools.ts";
import { TENANT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("show what is recorded about the tenant itself", "テナント自体について登録されている内容を表示する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl tenant show" }, { line: "clomoctl tenant show --format json --fields ios,android" }],
  exits: ["unavailable"],
  async run(tools) {
    const { client } = await tools.tenant("tenant");
    const { name, profile } = await client.tenant.show();
    if (profile === undefined) throw createOutdatedServerFailure();
    await tools.terminal.show(TENANT_COLUMNS, { name, ...profile });
    if (tools.terminal.onTerminal) await proposeAddress(tools, profile);
  },
});

const createOutdatedServerFailure = (): Failure =>
  new Failure("unavailable", {
    what: text(
      "the server does not store information about the tenant itself",
      "このサーバーはテナント自体の情報に対応していません",
    ),
    hint: text("the server must be updated", "サーバーの更新が必要です"),
  });

/**
 * Suggests recording the probable MDM address. It is not recorded automatically, because the domain does not prove it.
 * @see facts 0: where the address is shown
 */
async function proposeAddress({ terminal }: Tools, { domain, mdmAddress }: TenantProfile): Promise<void> {
  if (domain === null || mdmAddress !== null) return;
  const address = buildMdmAddress(domain);
  const command = line("tenant set", [], { mdmAddress: address });
  await terminal.note(
    step(
      `by the manual the MDM address would be ${address}; compare it with Settings > Mobile Device Management > iOS > 基本設定 > URL情報, then record it`,
      `マニュアルによると MDM のアドレスは ${address} です。Settings > Mobile Device Management > iOS > 基本設定 > URL情報 で確かめてから登録してください`,
      command,
    ),
  );
}
