import { line } from "../../../lib/advice/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireAppleAccess } from "../fence.ts";
import {
  DEVICE_SELECTION_OPTIONS,
  readDeviceSelection,
  requireOneSelection,
  SERIALS_ARGUMENT,
} from "./device-selection.ts";
import {
  runProfileWork,
  RESULT_COLUMNS,
  showProfileWork,
  warnAboutRemovedProfiles,
  PROFILE_WORK_OPTIONS,
} from "./work.ts";

export default defineCommand({
  summary: text("remove the ADE profile from devices", "デバイスから ADE プロファイルを解除する"),
  details: [
    text(
      "A device that has already fetched its profile keeps the profile until it is wiped and activated again. Do not switch on a device without a profile.",
      "プロファイルを取得済みのデバイスには、初期化して再度アクティベートするまで残ります。プロファイルのないデバイスの電源は入れないでください。",
    ),
  ],
  args: { serials: SERIALS_ARGUMENT },
  options: { ...DEVICE_SELECTION_OPTIONS, ...PROFILE_WORK_OPTIONS },
  examples: [{ line: "clomoctl ade profiles unassign SERIAL000001 --dry-run" }],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "conflict", "unavailable", "partial"],
  shows: RESULT_COLUMNS,
  async run(tools, { confirmDevices, dryRun, ...typed }) {
    requireOneSelection(line("ade profiles unassign", []), typed);
    const ade = await requireAppleAccess(tools, CONSOLE_STEPS.profile);
    const meant = await readDeviceSelection(tools, line("ade profiles unassign", []), typed);
    const { client } = await tools.tenant("profiles");
    const ask = (told: object) => client.profiles.unassign({ ...meant, ...told });
    const work = await runProfileWork({ tools, ade }, ask, { confirmDevices, dryRun }, ({ en, ja }) =>
      text(`the ADE profile will be removed from ${en};`, `${ja}からプロファイルを解除します。`),
    );
    const outcome = await showProfileWork(tools, work);
    if (work.success > 0) await warnAboutRemovedProfiles(tools, work, await client.profiles.list());
    return outcome;
  },
});
