import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireApple } from "../fence.ts";
import { PROFILE_ARGUMENT, profileNamed } from "./columns.ts";
import { carryOut, RESULT_COLUMNS, showWork, tellTaken, WORK_OPTIONS } from "./work.ts";

export default defineCommand({
  summary: text("take an ADE profile away from its devices, and delete it", "ADE プロファイルを解除して削除する"),
  details: [
    text(
      "Apple itself deletes no profile: it is taken away from the devices that have it, then forgotten here, and applied automatically no more. Devices that fetched it already keep it until they are wiped.",
      "Apple 側にはプロファイルの削除がありません。割り当てを解除してから、ここでの記録と自動適用の設定を削除します。取得済みのデバイスには初期化するまで残ります。",
    ),
  ],
  args: { profile: PROFILE_ARGUMENT },
  options: WORK_OPTIONS,
  examples: [{ line: "clomoctl ade profiles delete 本社 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "unavailable", "partial"],
  shows: RESULT_COLUMNS,
  async run(tools, { profile: name, ...options }) {
    const ade = await requireApple(tools, CONSOLE_STEPS.profile);
    const { client } = await tools.tenant("profiles");
    const { id, name: called } = await profileNamed(client, name);
    const work = await carryOut(
      { tools, ade },
      (told) => client.profiles.delete(id, told),
      options,
      ({ en, ja }) =>
        text(
          `${en} would lose the profile ${called}, which is then deleted;`,
          `${ja}から「${called}」を解除して削除します。`,
        ),
    );
    const outcome = await showWork(tools, work);
    if (work.dryRun) return outcome;
    await tools.terminal.note(
      work.failed + work.throttled > 0
        ? text(
            `kept: ${called}, as some devices still have it`,
            `割り当ての残るデバイスがあるため、「${called}」は削除していません`,
          )
        : text(`deleted: ${called}`, `「${called}」を削除しました`),
    );
    await tellTaken(tools, work);
    return outcome;
  },
});
