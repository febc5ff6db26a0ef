import { line } from "../../../lib/advice/index.ts";
import type { AdeProfile } from "../../../lib/client/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { formatOrgPath, parseOrgPath, ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Tools } from "../../tools.ts";
import { requireApple } from "../fence.ts";
import { makeStep, profileToAssign } from "../next.ts";
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
    const { id, name: called, automatic } = await profileNamed(client, name);
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
    const isKept = work.failed + work.throttled > 0;
    await tools.terminal.note(
      isKept
        ? text(
            `kept: ${called}, as some devices still have it`,
            `割り当ての残るデバイスがあるため、「${called}」は削除していません`,
          )
        : text(`deleted: ${called}`, `「${called}」を削除しました`),
    );
    const wasAutomatic = !isKept && automatic.length > 0;
    if (work.success === 0 && !wasAutomatic) return outcome;
    const left = (await client.profiles.list()).filter((other) => other.id !== id);
    await tellTaken(tools, work, left);
    if (wasAutomatic) await tellNotAutomatic(tools, automatic, left, work.success > 0);
    return outcome;
  },
});

/**
 * Says what new devices get whose automatic profile was deleted: that of an organisation above, else nothing.
 *
 * @param orgs the paths of the organisations; blank: the whole tenant
 * @param isTold whether was said how a profile is made, where none is left
 */
async function tellNotAutomatic(
  tools: Tools,
  orgs: readonly string[],
  left: readonly AdeProfile[],
  isTold: boolean,
): Promise<void> {
  const { terminal } = tools;
  const without: string[] = [];
  for (const org of orgs) {
    const above = pathsAbove(org);
    const heir = above
      .flatMap((path) => left.filter(({ state, automatic }) => state === "active" && automatic.includes(path)))
      .at(0);
    if (heir !== undefined) {
      await terminal.note(
        text(
          `new devices of ${org} now get ${heir.name} by themselves, as those above it`,
          `「${org}」の新しいデバイスには、上位の設定により「${heir.name}」を自動適用します`,
        ),
      );
    } else if (!above.some((path) => orgs.includes(path))) without.push(org);
  }
  if (without.length === 0) return;
  const named = without.map((org) => org || ROOT_ORG_NAME);
  const word = profileToAssign(left);
  const again = without.slice(0, MAX_PROPOSED).map((org) => ({
    why: ANOTHER,
    line: line("ade profiles auto-apply", [word ?? "NAME"], org === "" ? {} : { org }),
  }));
  const steps = word === undefined ? (isTold ? [] : [makeStep(left)]) : again;
  await terminal.warn(
    text(
      `new devices of ${named.join(", ")} get no ADE profile by themselves any more`,
      `新しいデバイスへの ADE プロファイルの自動適用がなくなりました(${named.join("、")})`,
    ),
    steps,
  );
}

/** Organisations whose line is written out. */
const MAX_PROPOSED = 3;

const ANOTHER = text("to let them get another one", "別の ADE プロファイルを自動適用するには");

/** The paths of the organisations above one, the nearest first; the last is that of the whole tenant. */
const pathsAbove = (path: string): string[] => {
  const names = path === "" ? [] : (parseOrgPath(path) ?? []);
  return names.map((_, at) => formatOrgPath(names.slice(0, at))).toReversed();
};
