import type { Device } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { DEVICE, needsWipe, wipeFor } from "../../lib/model/device.ts";
import { describeProblem } from "../../lib/model/problem.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { orgNamed } from "../orgs/named.ts";
import { DRY_RUN } from "../records/options.ts";
import { revisionSeen } from "../records/seen.ts";
import { BEFORE_WRITING, showAllWritten, WHILE_WRITING } from "../records/written.ts";
import { askWipes } from "../../lib/plan/confirm.ts";
import type { Tools } from "../tools.ts";
import { userNamed } from "../users/columns.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, devicesNamed } from "./columns.ts";
import { DEVICE_WRITTEN, warnOfSharedAccounts } from "./written.ts";

export default defineCommand({
  summary: text("give devices an owner: a user, an organisation, or nobody", "デバイスの所有者を設定する"),
  details: [
    text(
      "All of them or none, and 事前登録 and 管理中 devices only. Another owner of a 管理中 Android device needs a wipe in every mode but Dedicated (that legacy and unknown modes may need one is ours); the number of those is asked for, or given by --confirm-wipes. An account has one device in Fully Managed.",
      "すべてのデバイスを変更するか、1 台も変更しないかのどちらかです。設定できるのは事前登録と管理中のデバイスだけです。管理中の Android デバイスの所有者を変えるには、Dedicated device モード以外では初期化が必要です(レガシーモードと不明なモードでも必要な場合があるとするのは clomoctl 独自の規則)。その台数を確認するか、--confirm-wipes で指定します。Fully Managed では 1 つのアカウントを 2 台目のデバイスに使えません。",
    ),
  ],
  args: { device: { ...DEVICE_ARGUMENT, repeatable: true } },
  options: {
    user: {
      kind: "string",
      value: "USER",
      names: "users",
      about: text("the user who owns them", "所有者にするユーザー"),
    },
    org: {
      kind: "string",
      value: "ORG",
      names: "orgs",
      about: text("the organisation that owns them", "所有者にする組織"),
    },
    none: { kind: "boolean", about: text("nobody owns them", "所有者をなしにする") },
    confirmWipes: {
      kind: "number",
      about: text("the number of devices that have to be wiped", "初期化が必要になるデバイスの台数"),
    },
    dryRun: DRY_RUN,
  },
  examples: [
    { line: "clomoctl devices set-owner SERIAL000001 --user hanako.yamazaki@example.jp --dry-run" },
    { line: "clomoctl devices set-owner SERIAL000001 SERIAL000002 --org 本社/営業部 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { device, confirmWipes, dryRun, ...wanted }) {
    tools.describeState(() => BEFORE_WRITING);
    const owner = await ownerOf(tools, wanted);
    const { client } = await tools.tenant("devices");
    const mayAsk = !dryRun && confirmWipes === undefined;
    const seen = mayAsk ? await revisionSeen(tools) : undefined;
    const found = await devicesNamed(client, device);
    const wiped = found.filter((one) => needsWipe(one, owner.owner ?? owner.ownerOrg ?? undefined));
    const ids = found.map(({ id }) => id);
    const asks = mayAsk && wiped.length > 0;
    // nobody is asked about what the tenant refuses
    if (asks) await client.devices.setOwner({ ids, ...owner, wipes: wiped.length, dryRun: true });
    await tellWipes(tools, wiped);
    if (asks) await askWipes(tools.terminal, wiped.length);
    tools.describeState(() => WHILE_WRITING);
    const told = { wipes: confirmWipes ?? wiped.length, seen: asks ? seen : undefined };
    const all = await client.devices.setOwner({ ids, ...owner, ...told, dryRun });
    await showAllWritten(tools, all, {
      ...DEVICE_WRITTEN,
      listed: listColumns(tools.terminal, DEVICE_COLUMNS, DEVICE.usual),
    });
    await warnOfSharedAccounts(tools, client, all);
  },
});

/** @throws `usage` unless one of the three is given; `not-found` */
async function ownerOf(
  tools: Tools,
  { user, org, none }: { readonly user: string | undefined; readonly org: string | undefined; readonly none: boolean },
): Promise<{ readonly owner: string | null; readonly ownerOrg: string | null }> {
  if ([user !== undefined, org !== undefined, none].filter(Boolean).length !== 1) {
    throw new Failure("usage", {
      what: text("a device has one owner", "所有者は 1 つだけ指定します"),
      hint: text(
        "give one of --user USER, --org ORG and --none",
        "--user、--org、--none のどれか 1 つを指定してください",
      ),
    });
  }
  if (org !== undefined) return { owner: null, ownerOrg: (await orgNamed(tools, org)).id };
  if (user === undefined) return { owner: null, ownerOrg: null };
  const { client } = await tools.tenant("users");
  return { owner: (await userNamed(client, user)).id, ownerOrg: null };
}

async function tellWipes({ terminal }: Pick<Tools, "terminal">, devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    const { en, ja } = describeProblem({
      code: "owner-wipe",
      params: { certain: wipeFor(device) === "has" ? 1 : 0 },
    });
    await terminal.note(text(`${device.serialNumber}: ${en}`, `${device.serialNumber}: ${ja}`));
  }
}
