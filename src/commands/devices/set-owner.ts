import { DEVICE, getWipeRequirement, mayRequireWipe } from "../../lib/nouns/device.ts";
import { describeProblem } from "../../lib/model/problem.ts";
import { getThingNoun } from "../../lib/nouns/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { CONFIRM_WIPES_OPTION } from "../kit/read-list/options.ts";
import { findOrg } from "../kit/change/find-org.ts";
import { requireNamedContext } from "../kit/permission.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { askWipeCount } from "../../lib/plan/confirm.ts";
import { findUser } from "../kit/columns/users.ts";
import { changeDevices, CHOSEN_DEVICES } from "../kit/change/selection.ts";
import { DEVICE_COLUMNS } from "../kit/columns/devices.ts";

export default defineCommand({
  summary: text("set the owner of devices: a user, an organisation or nobody", "デバイスの所有者を設定する"),
  args: CHOSEN_DEVICES.args,
  options: {
    user: defineOption("string", "USER", "user who becomes the owner", "所有者にするユーザー"),
    org: {
      kind: "string",
      value: "ORG",
      about: text("organisation that becomes the owner (code or path)", "所有者にする組織(組織コードかパス)"),
    },
    none: { kind: "boolean", about: text("remove the owner", "所有者を外す") },
    ...CHOSEN_DEVICES.options,
    confirmWipes: CONFIRM_WIPES_OPTION,
    dryRun: DRY_RUN_OPTION,
  },
  oneOf: [["user", "org", "none"]],
  anyOf: [["device", "file"]],
  examples: [
    { line: "clomoctl devices set-owner SERIAL000001 --user hanako.yamazaki@example.jp --dry-run" },
    { line: "clomoctl devices set-owner SERIAL000001 SERIAL000002 --org 本社/営業部 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked", "partial"],
  shows: DEVICE_COLUMNS,
  async run(tools, { user, org, confirmWipes, ...input }) {
    const owner = {
      owner: user === undefined ? null : (await findUser((await tools.tenant("users")).client, user)).id,
      ownerOrg: org === undefined ? null : (await findOrg(tools, org)).id,
    };
    const tenant = await tools.tenant("devices");
    const { devices } = tenant.client;
    if (!input.dryRun) requireNamedContext(tools, tenant);
    return changeDevices(tools, input, DEVICE.usual, async (found, request) => {
      const wiped = found.filter((one) => mayRequireWipe(one, owner.owner ?? owner.ownerOrg ?? undefined));
      const change = { ...request, ...owner, wipes: wiped.length };
      const asks = !input.dryRun && confirmWipes === undefined && wiped.length > 0;
      // a dry run comes first, so that the user is not asked about a change that the tenant rejects
      if (asks) await devices.setOwner({ ...change, learns: undefined, dryRun: true });
      for (const one of wiped) {
        const certain = getWipeRequirement(one) === "has" ? 1 : 0;
        const { en, ja } = describeProblem({ code: "owner-wipe", params: { certain } }, getThingNoun);
        await tools.terminal.note(text(`${one.serialNumber}: ${en}`, `${one.serialNumber}: ${ja}`));
      }
      if (asks) await askWipeCount(tools.terminal, wiped.length);
      return devices.setOwner({ ...change, wipes: confirmWipes ?? wiped.length });
    });
  },
});
