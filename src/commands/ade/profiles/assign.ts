import { line, step, type Step } from "../../../lib/advice/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireApple } from "../fence.ts";
import { PROFILE_ARGUMENT, profileNamed } from "./columns.ts";
import { MEANT_OPTIONS, meantBy, requireOneWay, SERIALS } from "./meant.ts";
import { carryOut, RESULT_COLUMNS, showWork, WORK_OPTIONS } from "./work.ts";

export default defineCommand({
  summary: text("give devices an ADE profile", "デバイスに ADE プロファイルを割り当てる"),
  details: [
    text(
      "Devices that have it already are left out. Apple answers for each device; those that it does not take are tried again by the sync after the time that it says, else after a day. A device takes the profile when it is set up; one that is in use, after a wipe.",
      "すでに割り当て済みのデバイスは対象外です。結果はデバイスごとに返ります。受け付けられなかったデバイスは、Apple の指定した時間(なければ 1 日)が過ぎた後の同期で再度割り当てます。プロファイルはデバイスの初期設定時に適用され、使用中のデバイスには初期化後に適用されます。",
    ),
  ],
  args: { profile: PROFILE_ARGUMENT, serials: SERIALS },
  options: {
    ...MEANT_OPTIONS,
    unassigned: {
      kind: "boolean",
      about: text("all devices without a profile", "プロファイルのないすべてのデバイス"),
    },
    ...WORK_OPTIONS,
  },
  examples: [
    { line: "clomoctl ade profiles assign 本社 SERIAL000001 SERIAL000002 --dry-run" },
    { line: "clomoctl ade profiles assign 本社 --unassigned" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "conflict", "unavailable", "partial"],
  shows: RESULT_COLUMNS,
  async run(tools, { profile: name, confirmDevices, dryRun, ...typed }) {
    requireOneWay(line("ade profiles assign", [name]), typed);
    const ade = await requireApple(tools, CONSOLE_STEPS.profile);
    const meant = await meantBy(tools, line("ade profiles assign", [name]), typed);
    const { client } = await tools.tenant("profiles");
    const { id, name: called, automatic } = await profileNamed(client, name);
    const ask = (told: object) => client.profiles.assign(id, { ...meant, ...told });
    const work = await carryOut({ tools, ade }, ask, { confirmDevices, dryRun }, ({ en, ja }) =>
      text(`${en} would get the profile ${called};`, `${ja}に「${called}」を割り当てます。`),
    );
    const outcome = await showWork(tools, work);
    if (outcome !== undefined || work.devices === 0 || work.dryRun) return outcome;
    await tools.terminal.note(READY);
    if (automatic.length === 0) await tools.terminal.note(later(name));
    return outcome;
  },
});

const later = (name: string): Step =>
  step(
    "to let later deliveries get it by themselves",
    "今後購入するデバイスに自動で適用するには",
    line("ade profiles auto-apply", [name]),
  );

const READY = text(
  "they may be switched on; one that is in use takes it after a wipe",
  "電源を入れて設定を始められます(使用中のデバイスには、初期化後に適用されます)",
);
