import { line } from "../../../lib/advice/index.ts";
import type { AdeProfile } from "../../../lib/client/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { formatOrgPath, parseOrgPath, ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Tools } from "../../tools.ts";
import { requireAppleAccess } from "../fence.ts";
import { buildCreateProfileStep, findProfileArgument } from "../next.ts";
import { PROFILE_ARGUMENT, findAdeProfile } from "./columns.ts";
import {
  runProfileWork,
  RESULT_COLUMNS,
  showProfileWork,
  warnAboutRemovedProfiles,
  PROFILE_WORK_OPTIONS,
} from "./work.ts";

export default defineCommand({
  summary: text("remove an ADE profile from its devices and delete it", "ADE プロファイルを解除して削除する"),
  details: [
    text(
      "Profiles cannot be deleted at Apple. The command removes the profile from the devices that have it, then deletes it in clomoctl and stops applying it automatically. Devices that have already fetched the profile keep it until they are wiped.",
      "Apple 側ではプロファイルを削除できません。割り当てを解除してから、clomoctl に保存した内容と自動適用の設定を削除します。取得済みのデバイスには初期化するまで残ります。",
    ),
  ],
  args: { profile: PROFILE_ARGUMENT },
  options: PROFILE_WORK_OPTIONS,
  examples: [{ line: "clomoctl ade profiles delete 本社 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "unavailable", "partial"],
  shows: RESULT_COLUMNS,
  async run(tools, { profile: name, ...options }) {
    const ade = await requireAppleAccess(tools, CONSOLE_STEPS.profile);
    const { client } = await tools.tenant("profiles");
    const { id, name: called, automatic } = await findAdeProfile(client, name);
    const work = await runProfileWork(
      { tools, ade },
      (told) => client.profiles.delete(id, told),
      options,
      ({ en, ja }) =>
        text(
          `the profile ${called} will be removed from ${en} and then deleted;`,
          `${ja}から「${called}」を解除して削除します。`,
        ),
    );
    const outcome = await showProfileWork(tools, work);
    if (work.dryRun) return outcome;
    const isKept = work.failed + work.throttled > 0;
    await tools.terminal.note(
      isKept
        ? text(
            `${called} was not deleted, because some devices still have it`,
            `割り当ての残るデバイスがあるため、「${called}」は削除していません`,
          )
        : text(`deleted: ${called}`, `「${called}」を削除しました`),
    );
    const wasAutomatic = !isKept && automatic.length > 0;
    if (work.success === 0 && !wasAutomatic) return outcome;
    const left = (await client.profiles.list()).filter((other) => other.id !== id);
    await warnAboutRemovedProfiles(tools, work, left);
    if (wasAutomatic) await reportAutoApplyLoss(tools, automatic, left, work.success > 0);
    return outcome;
  },
});

/**
 * Reports what new devices get after their automatic profile was deleted: the automatic profile of an organisation
 * above, or none.
 *
 * @param orgs paths of the organisations; blank: the whole tenant
 * @param isCreationShown true if the command that creates a profile was already shown
 */
async function reportAutoApplyLoss(
  tools: Tools,
  orgs: readonly string[],
  left: readonly AdeProfile[],
  isCreationShown: boolean,
): Promise<void> {
  const { terminal } = tools;
  const without: string[] = [];
  for (const org of orgs) {
    const above = listParentPaths(org);
    const heir = above
      .flatMap((path) => left.filter(({ state, automatic }) => state === "active" && automatic.includes(path)))
      .at(0);
    if (heir !== undefined) {
      await terminal.note(
        text(
          `new devices of ${org} now get ${heir.name} automatically, as set at a higher level`,
          `「${org}」の新しいデバイスには、上位の設定により「${heir.name}」を自動適用します`,
        ),
      );
    } else if (!above.some((path) => orgs.includes(path))) without.push(org);
  }
  if (without.length === 0) return;
  const named = without.map((org) => org || ROOT_ORG_NAME);
  const word = findProfileArgument(left);
  const again = without.slice(0, MAX_PROPOSED_ORGS).map((org) => ({
    why: SET_ANOTHER_PROFILE_HINT,
    line: line("ade profiles auto-apply", [word ?? "NAME"], org === "" ? {} : { org }),
  }));
  const steps = word === undefined ? (isCreationShown ? [] : [buildCreateProfileStep(left)]) : again;
  await terminal.warn(
    text(
      `new devices of ${named.join(", ")} no longer get an ADE profile automatically`,
      `新しいデバイスへの ADE プロファイルの自動適用がなくなりました(${named.join("、")})`,
    ),
    steps,
  );
}

/** Maximum number of organisations for which a command is proposed. */
const MAX_PROPOSED_ORGS = 3;

const SET_ANOTHER_PROFILE_HINT = text(
  "to apply another ADE profile automatically",
  "別の ADE プロファイルを自動適用するには",
);

/** Returns the paths of the organisations above the given one, nearest first, ending with the whole tenant. */
const listParentPaths = (path: string): string[] => {
  const names = path === "" ? [] : (parseOrgPath(path) ?? []);
  return names.map((_, at) => formatOrgPath(names.slice(0, at))).toReversed();
};
