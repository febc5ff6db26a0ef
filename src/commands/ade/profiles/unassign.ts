import { line } from "../../../lib/advice/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireApple } from "../fence.ts";
import { MEANT_OPTIONS, meantBy, requireOneWay, SERIALS } from "./meant.ts";
import { carryOut, RESULT_COLUMNS, showWork, tellTaken, WORK_OPTIONS } from "./work.ts";

export default defineCommand({
  summary: text("take their ADE profile away from devices", "デバイスから ADE プロファイルを解除する"),
  details: [
    text(
      "A device that fetched its profile already keeps it until it is wiped and activated again. Without one a device is not to be switched on.",
      "プロファイルを取得済みのデバイスには、初期化して再度アクティベートするまで残ります。プロファイルのないデバイスの電源は入れないでください。",
    ),
  ],
  args: { serials: SERIALS },
  options: { ...MEANT_OPTIONS, ...WORK_OPTIONS },
  examples: [{ line: "clomoctl ade profiles unassign SERIAL000001 --dry-run" }],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "conflict", "unavailable", "partial"],
  shows: RESULT_COLUMNS,
  async run(tools, { confirmDevices, dryRun, ...typed }) {
    requireOneWay(line("ade profiles unassign", []), typed);
    const ade = await requireApple(tools, CONSOLE_STEPS.profile);
    const meant = await meantBy(tools, line("ade profiles unassign", []), typed);
    const { client } = await tools.tenant("profiles");
    const ask = (told: object) => client.profiles.unassign({ ...meant, ...told });
    const work = await carryOut({ tools, ade }, ask, { confirmDevices, dryRun }, ({ en, ja }) =>
      text(`${en} would lose their profile;`, `${ja}からプロファイルを解除します。`),
    );
    const outcome = await showWork(tools, work);
    if (work.success > 0) await tellTaken(tools, work, await client.profiles.list());
    return outcome;
  },
});
