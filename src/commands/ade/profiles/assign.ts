import { line, step, type Step } from "../../../lib/advice/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireAppleAccess } from "../fence.ts";
import { PROFILE_ARGUMENT, findAdeProfile } from "./columns.ts";
import {
  DEVICE_SELECTION_OPTIONS,
  readDeviceSelection,
  requireOneSelection,
  SERIALS_ARGUMENT,
} from "./device-selection.ts";
import { runProfileWork, RESULT_COLUMNS, showProfileWork, PROFILE_WORK_OPTIONS } from "./work.ts";

export default defineCommand({
  summary: text("assign an ADE profile to devices", "デバイスに ADE プロファイルを割り当てる"),
  details: [
    text(
      "Devices that already have the profile are skipped. Apple reports a result for each device. If Apple does not accept a device, a later sync tries again, after the time that Apple specifies or after one day. A device receives the profile when it is set up; a device that is in use receives it after a wipe.",
      "すでに割り当て済みのデバイスは対象外です。Apple はデバイスごとに結果を返します。受け付けられなかったデバイスは、Apple の指定した時間(なければ 1 日)が過ぎた後の同期で再度割り当てます。プロファイルはデバイスの初期設定時に適用され、使用中のデバイスには初期化後に適用されます。",
    ),
  ],
  args: { profile: PROFILE_ARGUMENT, serials: SERIALS_ARGUMENT },
  options: {
    ...DEVICE_SELECTION_OPTIONS,
    unassigned: {
      kind: "boolean",
      about: text("all devices without a profile", "プロファイルのないすべてのデバイス"),
    },
    ...PROFILE_WORK_OPTIONS,
  },
  examples: [
    { line: "clomoctl ade profiles assign 本社 SERIAL000001 SERIAL000002 --dry-run" },
    { line: "clomoctl ade profiles assign 本社 --unassigned" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "conflict", "unavailable", "partial"],
  shows: RESULT_COLUMNS,
  async run(tools, { profile: name, confirmDevices, dryRun, ...typed }) {
    requireOneSelection(line("ade profiles assign", [name]), typed);
    const ade = await requireAppleAccess(tools, CONSOLE_STEPS.profile);
    const meant = await readDeviceSelection(tools, line("ade profiles assign", [name]), typed);
    const { client } = await tools.tenant("profiles");
    const { id, name: called, automatic } = await findAdeProfile(client, name);
    const ask = (told: object) => client.profiles.assign(id, { ...meant, ...told });
    const work = await runProfileWork({ tools, ade }, ask, { confirmDevices, dryRun }, ({ en, ja }) =>
      text(`the profile ${called} will be assigned to ${en};`, `${ja}に「${called}」を割り当てます。`),
    );
    const outcome = await showProfileWork(tools, work);
    if (outcome !== undefined || work.devices === 0 || work.dryRun) return outcome;
    await tools.terminal.note(READY_NOTE);
    if (automatic.length === 0) await tools.terminal.note(buildAutoApplyStep(name));
    return outcome;
  },
});

const buildAutoApplyStep = (name: string): Step =>
  step(
    "to apply this profile automatically to devices that you buy later",
    "今後購入するデバイスに自動で適用するには",
    line("ade profiles auto-apply", [name]),
  );

const READY_NOTE = text(
  "the devices may be switched on; a device that is in use receives the profile after a wipe",
  "電源を入れて設定を始められます(使用中のデバイスには、初期化後に適用されます)",
);
